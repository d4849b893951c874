namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>Strings of one character, made once for the common ones.</summary>
internal static class CharacterStrings
{
    private static readonly string[] Latin = [.. Enumerable.Range(0, 256).Select(i => ((char)i).ToString())];

    public static string Of(char c) => c < Latin.Length ? Latin[c] : c.ToString();
}

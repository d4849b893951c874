namespace Sluice.Host.Commands;

/// <summary>Numbers with their nouns.</summary>
internal static class Words
{
    /// <summary><c>1 route</c>, <c>2 routes</c>, <c>no routes</c>.</summary>
    public static string Count(int n, string noun) => n switch { 0 => $"no {noun}s", 1 => $"1 {noun}", _ => $"{n} {noun}s" };
}

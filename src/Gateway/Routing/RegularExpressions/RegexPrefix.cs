using System.Text;

namespace Sluice.Gateway.Routing.RegularExpressions;

/// <summary>What can be told of a pattern's beginning without running it.</summary>
internal static class RegexPrefix
{
    /// <summary>Whether a match can only begin at the start of the text, and which characters it then begins with.</summary>
    public static (bool Anchored, string Prefix) Of(RegexNode root)
    {
        if (root is not SequenceNode { Parts: [AssertionNode { Assertion: RegexAssertion.Start }, ..] } sequence) return (false, "");

        var prefix = new StringBuilder();
        foreach (var part in sequence.Parts.Skip(1))
        {
            // The first character of b+ is certain, what comes after it is not.
            var sure = part is RepeatNode { Min: >= 1 } repeat ? repeat.Inner : part;
            if (sure is not SetNode { Set.Only: { } character }) break;
            prefix.Append(character);
            if (!ReferenceEquals(sure, part)) break;
        }

        return (true, prefix.ToString());
    }
}

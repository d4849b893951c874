using System.Buffers;
using System.Text.RegularExpressions;

namespace Sluice.Gateway.Plugins.Cors;

/// <summary>One entry of <c>origins</c>, compiled.</summary>
internal sealed class OriginRule
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.:/-");

    // Only patterns that the linear engine cannot run (look-around, back-references) can ever take this long.
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(50);

    private readonly string? text;
    private readonly Regex? pattern;
    private readonly bool hostOnly;

    public OriginRule(string written)
    {
        if (IsPlain(written)) text = Origin.Parse(written).Text;
        else pattern = Compile(written);
        hostOnly = !written.Contains(':', StringComparison.Ordinal);
    }

    /// <summary>The entry is an origin, not a regular expression.</summary>
    public static bool IsPlain(string written) => !written.AsSpan().ContainsAnyExcept(Plain);

    public static bool IsValid(string written)
    {
        try
        {
            _ = Compile(written);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    public bool Allows(in Origin origin)
    {
        if (pattern is null) return string.Equals(text, origin.Text, StringComparison.Ordinal);
        try
        {
            return pattern.IsMatch(hostOnly ? origin.Host : origin.Text);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    // The whole origin must match, every alternative included: with Kong's "add a $ at the end", `a.test|b.test` lets a.test.evil.example in.
    private static Regex Compile(string written)
    {
        var body = written.StartsWith('^') ? written[1..] : written;
        if (body.EndsWith('$') && !body.EndsWith("\\$", StringComparison.Ordinal)) body = body[..^1];
        var whole = $@"\A(?:{body})\z";
        const RegexOptions options = RegexOptions.CultureInvariant;
        try
        {
            return new Regex(whole, options | RegexOptions.NonBacktracking, Regex.InfiniteMatchTimeout);
        }
        catch (NotSupportedException)
        {
            return new Regex(whole, options, Limit);
        }
    }
}

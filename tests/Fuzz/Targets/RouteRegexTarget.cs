using System.Text;
using Sluice.Gateway.Routing.RegularExpressions;

namespace Sluice.Fuzz.Targets;

/// <summary>Regular expressions of routes: an expression, a zero byte, the text it is held against.</summary>
internal sealed class RouteRegexTarget() : FuzzTarget("regex")
{
    public override IReadOnlyList<byte[]> Pieces { get; } = AllOf(
        "(", ")", "(?P<n>", "(?i)", "(?:", "[", "]", "[^", "\\d", "\\p{L}", "\\b", "*", "+", "?", "{2,5}", "{1000}", "|", ".", "^", "$", "(a*)*", "(a+)+$", "&&", "[[:alpha:]]", "\\x{41}", "\0", "é", "(?x) # c\n", "\\");

    protected override IEnumerable<byte[]> Samples => AllOf(
        "/users/(?P<id>\\d+)/(?:a|b)*$\0/users/42/abab", "^/(a+)+$\0/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(?i)/x[a-z&&[^b]]{1,3}\\b\0/XAC z", "/é.*\\p{Lu}\0/éaÉ");

    protected override void Run(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        var zero = text.LastIndexOf('\0');
        var (pattern, subject) = zero < 0 ? (text, "/a") : (text[..zero], text[(zero + 1)..]);
        var regex = RouteRegex.TryCompilePath(pattern, out var error);
        (regex is null).ShouldBe(error is not null, "an error exactly where there is no expression");
        if (regex is null) return;
        var matches = regex.TryMatch(subject, out var length);
        regex.IsMatch(subject).ShouldBe(matches);
        length.ShouldBeInRange(0, subject.Length);
        if (matches) subject.ShouldStartWith(regex.LiteralPrefix, Case.Sensitive);
        else regex.Captures(subject).ShouldBeNull();
    }
}

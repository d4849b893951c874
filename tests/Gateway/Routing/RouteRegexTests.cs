using System.Text.RegularExpressions;
using Sluice.Gateway.Routing.RegularExpressions;

namespace Sluice.Gateway.Tests.Routing;

public sealed class RouteRegexTests
{
    [Theory]
    [InlineData(@"^/users/[0-9]+$", "/users/12", true)]
    [InlineData(@"^/a$", "/a\n", false)]
    [InlineData(@"(?m)^a$", "b\na\nc", true)]
    [InlineData(@"^/(?P<x>\d+)", "/7", true)]
    [InlineData(@"^/(?<x>\d+)", "/7", true)]
    [InlineData(@"^/(?i:abc)d", "/ABCd", true)]
    [InlineData(@"^/(?i:abc)d", "/ABCD", false)]
    [InlineData(@"(?i)^/abc", "/ABC", true)]
    [InlineData(@"(?x) ^/a b # comment", "/ab", true)]
    [InlineData(@"^/[[:alpha:]_]+$", "/ab_c", true)]
    [InlineData(@"^/[^/]+/x", "/a/x", true)]
    [InlineData(@"^/[]a]$", "/]", true)]
    [InlineData(@"^/[\w-]+$", "/a-b", true)]
    [InlineData(@"^/\pL+$", "/é", true)]
    [InlineData(@"^/\p{Letter}+$", "/é", true)]
    [InlineData(@"^/\x61\u{62}", "/ab", true)]
    [InlineData(@"^/a**$", "/aaa", true)]
    [InlineData(@"^/a{2,3}$", "/aaaa", false)]
    [InlineData(@"^/a{2,}$", "/aaaa", true)]
    [InlineData(@"^/\.\-\/", "/.-/", true)]
    [InlineData(@"^/a|/b", "/x/b", true)]
    [InlineData(@"^/#x y}", "/#x y}", true)]
    [InlineData(@"^/[a-z&&[^aeiou]]$", "/e", false)]
    [InlineData(@"^/[a-z&&[^aeiou]]$", "/f", true)]
    [InlineData(@"^/[a-e--c]$", "/c", false)]
    [InlineData(@"^/[[:^digit:]x]$", "/5", false)]
    [InlineData(@"^/.$", "/\U0001F600", true)]
    [InlineData(@"^/[\u{1F600}-\u{1F610}]$", "/\U0001F601", true)]
    [InlineData(@"(?i)^/É$", "/é", true)]
    [InlineData(@"\bcat\b", "a cat.", true)]
    [InlineData(@"\bcat\b", "concat", false)]
    [InlineData(@"^(a|)+$", "aaa", true)]
    [InlineData(@"^/(?:a|b(?-i)|)*c", "/ababc", true)]
    public void Rust_syntax_means_what_it_means_in_rust(string pattern, string text, bool matches)
    {
        var regex = RouteRegex.TryCompile(pattern, out var error);
        error.ShouldBeNull();
        regex!.IsMatch(text).ShouldBe(matches);
    }

    [Theory]
    [InlineData(@"/(a)\1", "backreferences")]
    [InlineData("/(?=a)", "look-around")]
    [InlineData("/(?<!a)", "look-around")]
    [InlineData("/a(b", "unclosed group")]
    [InlineData("/a)b", "unopened group")]
    [InlineData("/[a", "unclosed character class")]
    [InlineData("/[z-a]", "range")]
    [InlineData("*a", "repetition")]
    [InlineData("a|*", "repetition")]
    [InlineData("a{2,1}", "repetition")]
    [InlineData("a{x}", "decimal")]
    [InlineData(@"\y", "escape")]
    [InlineData(@"a\", "incomplete")]
    [InlineData("(?>a)", "flag")]
    [InlineData(@"\p{Greek}", "Greek")]
    [InlineData("(?<a>x)(?<a>y)", "duplicate")]
    [InlineData("(a{1000}){1000}", "too large")]
    [InlineData("(?:(?:(?:){99999}){99999}){99999}", "too large")]
    [InlineData("(((a{9999}){9999}){9999}){9999}", "too large")]
    public void What_rust_refuses_is_refused_with_the_reason(string pattern, string reason)
    {
        RouteRegex.TryCompile(pattern, out var error).ShouldBeNull();
        error.ShouldNotBeNull().ShouldContain(reason);
    }

    [Theory]
    [InlineData("^/users/[0-9]+", "/users/")]
    [InlineData(@"^/v1\.0/x", "/v1.0/x")]
    [InlineData("^/ab*", "/a")]
    [InlineData("^/ab+c", "/ab")]
    [InlineData("^/a|/b", "")]
    [InlineData("^/(a|b)", "/")]
    [InlineData("^(?i)/a", "")]
    [InlineData("/a", "")]
    public void Every_match_starts_with_the_literal_prefix(string pattern, string prefix) =>
        RouteRegex.TryCompile(pattern, out _)!.LiteralPrefix.ShouldBe(prefix);

    [Fact]
    public void Groups_are_numbered_as_in_rust_with_the_named_ones_among_them()
    {
        var captures = RouteRegex.TryCompile(@"^/(?<first>\w+)/(\d+)(/x)?", out _)!.Captures("/a/7")!;
        captures.Unnamed.ShouldBe(["a", "7", ""]);
        captures.Named.ShouldBe(new Dictionary<string, string> { ["first"] = "a" });
    }

    /// <summary>.NET's engine agrees with Rust's on these parts of the syntax, but for $.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_patterns_match_what_dotnet_matches(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 1_000; i++)
        {
            var pattern = (random.Next(2) == 0 ? "^" : "") + Pattern(random, 3);
            var regex = RouteRegex.TryCompile(pattern, out var error);
            error.ShouldBeNull(pattern);
            var dotnet = new Regex(pattern.Replace("$", @"\z", StringComparison.Ordinal), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));
            for (var j = 0; j < 10; j++)
            {
                var text = string.Concat(Enumerable.Range(0, random.Next(9)).Select(_ => "ab/1é"[random.Next(5)]));
                var expected = dotnet.Match(text);
                regex!.TryMatch(text, out var length).ShouldBe(expected.Success, $"{pattern} on {text}");
                length.ShouldBe(expected.Length, $"{pattern} on {text}");
                if (!expected.Success) continue;
                text.StartsWith(regex.LiteralPrefix, StringComparison.Ordinal).ShouldBeTrue(pattern);
                if (!regex.HasGroups) continue;
                regex.Captures(text)!.Unnamed.ShouldBe(expected.Groups.Values.Skip(1).Select(group => group.Value), $"{pattern} on {text}");
            }
        }
    }

    [Fact]
    public void Whatever_stands_in_a_file_is_read_or_refused()
    {
        const string alphabet = "a1/(((?:<P=!)))[[]]^$*+?{},|\\dpxb-.&~:alpha:i_\ud83d\ude00é";
        var random = new Random(3);
        var read = 0;
        for (var i = 0; i < 50_000; i++)
        {
            var pattern = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            var regex = RouteRegex.TryCompile(pattern, out var error);
            (regex is null).ShouldBe(error is not null, pattern);
            if (regex is null) continue;
            read++;
            regex.IsMatch("/a1-\ud83d\ude00");
        }

        read.ShouldBeGreaterThan(1_000);
        RouteRegex.TryCompile("a" + new string('*', 100_000), out _).ShouldBeNull();
        RouteRegex.TryCompile(new string('(', 100_000), out _).ShouldBeNull();
        RouteRegex.TryCompile(new string('[', 100_000), out _).ShouldBeNull();
    }

    [Fact]
    public void A_pattern_made_to_blow_up_backtracking_takes_linear_time()
    {
        var regex = RouteRegex.TryCompile("^/(a+)+$", out _)!;
        var started = TimeProvider.System.GetTimestamp();
        regex.IsMatch("/" + new string('a', 5000) + "b").ShouldBeFalse();
        TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(Eventually.Patience);
    }

    private static string Pattern(Random random, int depth)
    {
        var parts = Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(depth > 0 ? 9 : 6) switch
        {
            0 => "a",
            1 => "b",
            2 => "/",
            3 => "[^/]",
            4 => @"\w",
            5 => random.Next(3) == 0 ? "$" : ".",
            6 => $"(a{Pattern(random, depth - 1)})",
            7 => $"(?:{Pattern(random, depth - 1)}|{Pattern(random, depth - 1)})",
            _ => "(?:a|[b1])" + random.Next(6) switch { 0 => "*", 1 => "+", 2 => "?", 3 => "*?", 4 => "{1,2}", _ => "{2,}?" },
        });
        return string.Concat(parts);
    }
}

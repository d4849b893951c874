using System.Text.RegularExpressions;
using Sluice.Foundation.JsonSchemas.Keywords;

namespace Sluice.Foundation.Tests.JsonSchemas;

/// <summary>What the suite does not ask, and published OpenAPI documents have.</summary>
public sealed class EcmaSyntaxTests
{
    [Theory]
    [InlineData(@"^[A-Z\_]+$", "A_", true)]
    [InlineData(@"^[a-z\s-_]+$", "a -_", true)]
    [InlineData(@"^[\w- ]+$", "a- b", true)]
    [InlineData(@"^[\w-]+$", "a-b", true)]
    [InlineData(@"^a\:\!\'$", "a:!'", true)]
    [InlineData(@"\Aab\z", "ab", true)]
    [InlineData(@"\Aab\Z", "ab\n", false)]
    [InlineData(@"^ab$", "ab\n", false)]
    [InlineData(@"^\p{ASCII}*$", "abc", true)]
    [InlineData(@"^\p{ASCII}*$", "ä", false)]
    [InlineData(@"^[\p{Alnum}\p{Punct}\p{Blank}]*$", "a1! [~", true)]
    [InlineData(@"^[\p{Han}\p{Hiragana}]+$", "漢あ", true)]
    [InlineData(@"^\p{Script=Latin}+$", "aé", true)]
    [InlineData(@"^[^\p\{C\}]*\+$", "ab+", true)]
    [InlineData(@"^\x{60}\u{41}\u0042$", "`AB", true)]
    [InlineData(@"^\d$", "٣", false)]
    [InlineData("^.$", "\u2028", false)]
    [InlineData("^[^]$", "\n", true)]
    [InlineData("[]", "a", false)]
    public void Expressions_mean_what_they_mean_to_ECMA(string pattern, string text, bool matches) =>
        Regex.IsMatch(text, EcmaSyntax.Translate(pattern), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10)).ShouldBe(matches);

    [Theory]
    [InlineData(@"\a")]
    [InlineData(@"\Z")]
    [InlineData(@"\p")]
    public void Strictly_there_are_only_its_own_escapes(string pattern) => Should.Throw<ArgumentException>(() => EcmaSyntax.Translate(pattern, lenient: false));
}

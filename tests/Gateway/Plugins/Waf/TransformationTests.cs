using System.Text;
using Sluice.Gateway.Plugins.Waf.Operators;
using Sluice.Gateway.Plugins.Waf.Transformations;

namespace Sluice.Gateway.Tests.Plugins.Waf;

public sealed class TransformationTests
{
    [Theory]
    [InlineData("lowercase", "AbC", "abc")]
    [InlineData("urlDecode", "a%41+%zz%4", "aA %zz%4")]
    [InlineData("urlDecode", "%u0041", "%u0041")]
    [InlineData("urlDecodeUni", "%u0041%uff1c%u00zz", "A<%u00zz")]
    [InlineData("htmlEntityDecode", "&lt;&#60;&#x3C;&LT;&amp;&nope;&#;&", "<<<<&&nope;&#;&")]
    [InlineData("htmlEntityDecode", "java&#115;cript&colon;", "javascript:")]
    [InlineData("jsDecode", @"\x3cs\u0063ript\74\n\'\", "<script<\n'\\")]
    [InlineData("cssDecode", @"\6a avascript\:\3C", "javascript:<")]
    [InlineData("base64Decode", "PHNjcmlwdD4=", "<script>")]
    [InlineData("base64Decode", "PHNj!cmlw", "<sc")]
    [InlineData("base64DecodeExt", "PHNj!cmlw", "<scrip")]
    [InlineData("hexDecode", "3c7373", "<ss")]
    [InlineData("hexEncode", "<s", "3c73")]
    [InlineData("length", "abc", "3")]
    [InlineData("removeNulls", "a\0b", "ab")]
    [InlineData("replaceNulls", "a\0b", "a b")]
    [InlineData("removeWhitespace", " a\t\nb\u00a0", "ab")]
    [InlineData("compressWhitespace", "a \t\n b", "a b")]
    [InlineData("removeComments", "a/*x*/b/*y", "ab")]
    [InlineData("replaceComments", "a/*x*/b/*y", "a b ")]
    [InlineData("removeCommentsChar", "a--b#c/*d*/", "abcd")]
    [InlineData("cmdLine", "C^ommand \"A\",  /c ; (x", "command a/c(x")]
    [InlineData("normalizePath", "/a/./b//../c", "/a/c")]
    [InlineData("normalizePath", "/../../etc/passwd", "/etc/passwd")]
    [InlineData("normalizePath", "../a/../b/", "../b/")]
    [InlineData("normalizePathWin", @"\a\..\b", "/b")]
    [InlineData("trim", " a ", "a")]
    [InlineData("utf8toUnicode", "a\u00c3\u00a9", "a%u00e9")]
    [InlineData("utf8toUnicode", "\u00ff", "\u00ff")]
    [InlineData("sha1", "", "\u00da9\u00a3\u00ee^kK\r2U\u00bf\u00ef\u0095`\u0018\u0090\u00af\u00d8\u0007\t")]
    public void Values_are_rewritten(string name, string value, string expected) => Transformation.All[name](value).ShouldBe(expected);

    [Fact]
    public void Any_bytes_can_be_rewritten()
    {
        var random = new Random(7);
        const string Likely = "%u0f&#x;\\<>/*.-= \0+'\"^(";
        for (var i = 0; i < 3000; i++)
        {
            var text = new StringBuilder();
            for (var j = random.Next(40); j > 0; j--) text.Append(random.Next(3) == 0 ? (char)random.Next(256) : Likely[random.Next(Likely.Length)]);
            foreach (var (name, transformation) in Transformation.All)
                transformation(text.ToString()).ShouldAllBe(c => c <= 0xFF, name);
        }
    }

    [Theory]
    [InlineData(@"a\d+$", "[0-9]+\\z")]
    [InlineData("[\\w.[-]", "[A-Za-z0-9_.\\[-]")]
    [InlineData("a*+b++c?+d{2}+", "a*b+c?d{2}")]
    [InlineData("[[:alpha:]]", "[A-Za-z]")]
    [InlineData("[]a]", "[\\]a]")]
    [InlineData("[^]a]", "[^\\]a]")]
    [InlineData(@"\++", @"\++")]
    public void Patterns_of_pcre_are_understood(string pattern, string expected) => PatternTranslation.Translate(pattern).ShouldEndWith(expected);

    [Fact]
    public void A_pattern_that_cannot_be_read_says_why()
    {
        PatternTranslation.TryCompile("(", ignoreCase: false, out var problem).ShouldBeNull();
        problem.ShouldContain("cannot be read");
    }
}

using System.Text;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;

namespace Sluice.Foundation.Tests.Schema;

public class DocumentParserTests
{
    private static DocumentNode Yaml(string text, ReadLimits? limits = null)
    {
        var (root, problem) = DocumentParser.Parse("f.yml", Encoding.UTF8.GetBytes(text), DocumentFormat.Yaml, limits);
        problem.ShouldBeNull();
        return root!;
    }

    private static Problem Refused(string text, DocumentFormat format = DocumentFormat.Yaml, ReadLimits? limits = null) =>
        DocumentParser.Parse("f", Encoding.UTF8.GetBytes(text), format, limits).Problem.ShouldNotBeNull();

    [Fact]
    public void Places_are_those_of_the_values()
    {
        var map = (MapNode)Yaml("a: 1\nlist:\n  - x\n  - {b: y}\n");
        var list = (ListNode)map["list"]!;

        map["a"]!.Place.ShouldBe(new Place("f.yml", 1, 4));
        list.Items[0].Place.ShouldBe(new Place("f.yml", 3, 5));
        ((MapNode)list.Items[1])["b"]!.Place.ShouldBe(new Place("f.yml", 4, 9));
        map.Entries[1].Place.ShouldBe(new Place("f.yml", 2, 1));
    }

    [Fact]
    public void Json_has_places_too()
    {
        var (root, _) = DocumentParser.Parse("f.json", "{\n  \"a\": [1,\n   true, null]}"u8, DocumentFormat.Json);
        var list = (ListNode)((MapNode)root!)["a"]!;

        list.Items[1].Place.ShouldBe(new Place("f.json", 3, 4));
        list.Items[2].IsNull.ShouldBeTrue();
        ((ScalarNode)list.Items[0]).Number.ShouldBe(1);
    }

    [Fact]
    public void A_key_given_twice_keeps_its_last_value() => ((MapNode)Yaml("a: 1\nb: 2\na: 3\n")).Entries.Select(e => ((ScalarNode)e.Value).Text).ShouldBe(["3", "2"]);

    [Fact]
    public void Of_several_documents_the_first_counts() => ((MapNode)Yaml("a: 1\n---\nb: 2\n"))["b"].ShouldBeNull();

    [Fact]
    public void Merged_keys_do_not_override_own_ones()
    {
        var map = (MapNode)((ListNode)Yaml("- &x {a: 1, b: 2}\n- {<<: *x, a: 3}\n")).Items[1];

        ((ScalarNode)map["a"]!).Text.ShouldBe("3");
        ((ScalarNode)map["b"]!).Text.ShouldBe("2");
    }

    [Fact]
    public void Quoted_scalars_and_tagged_ones_are_strings()
    {
        var map = (MapNode)Yaml("a: '1'\nb: !!str 2\nc: !!int '3'\n");

        ((ScalarNode)map["a"]!).Kind.ShouldBe(ScalarKind.String);
        ((ScalarNode)map["b"]!).Kind.ShouldBe(ScalarKind.String);
        ((ScalarNode)map["c"]!).Kind.ShouldBe(ScalarKind.Number);
    }

    [Fact]
    public void Aliases_that_multiply_are_stopped()
    {
        var bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 12; i++)
            bomb.Append($"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 9))}]\n");

        Refused(bomb.ToString()).Message.ShouldContain("aliases expand to more than 1000000 values");
    }

    [Fact]
    public void Nesting_is_limited_in_both_forms()
    {
        Refused(new string('[', 100) + new string(']', 100)).Message.ShouldContain("nested deeper than 64 levels");
        Refused(new string('[', 100) + new string(']', 100), DocumentFormat.Json).Message.ShouldContain("64");
    }

    [Theory]
    [InlineData("a: [1\n b: }")]
    [InlineData("a:\n\t- b\n")]
    [InlineData("a: *nowhere\n")]
    [InlineData("a: &x [*x]\n")]
    [InlineData("a: 'open\n")]
    [InlineData("? [a]\n: b\n")]
    [InlineData("<<: 1\n")]
    public void Broken_YAML_is_a_problem_with_a_line(string text) => Refused(text).Place.Line.ShouldBeGreaterThan(0);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{'a':1}")]
    [InlineData("{} {}")]
    [InlineData("// no\n{}")]
    [InlineData("\"\\ud800\"")]
    public void Json_is_read_strictly(string text) => Refused(text, DocumentFormat.Json).Message.ShouldStartWith("is not valid JSON");

    [Fact]
    public void Bytes_that_are_no_UTF_8_and_files_too_large_are_refused()
    {
        DocumentParser.Parse("f", new byte[] { (byte)'a', 0xFF }, DocumentFormat.Yaml).Problem!.Message.ShouldContain("UTF-8");
        Refused("a: 1", limits: new ReadLimits { Bytes = 3 }).Message.ShouldBe("is larger than 3 bytes");
    }
}

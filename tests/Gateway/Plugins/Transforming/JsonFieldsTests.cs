using System.Text;
using Sluice.Gateway.Plugins.Transforming;

namespace Sluice.Gateway.Tests.Plugins.Transforming;

public sealed class JsonFieldsTests
{
    [Theory]
    [InlineData("[1]")]
    [InlineData("\"x\"")]
    [InlineData("null")]
    [InlineData("{\"a\":")]
    [InlineData("{} x")]
    public void Only_objects_are_read(string text) => JsonFields.Read(Encoding.UTF8.GetBytes(text)).ShouldBeNull();

    [Fact]
    public void What_is_not_touched_is_written_as_it_was()
    {
        const string text = """{"big":12345678901234567890.10,"é":"ü\n","o":{"x":[1,{}]},"n":null}""";
        using var fields = JsonFields.Read(Encoding.UTF8.GetBytes(text))!;
        Encoding.UTF8.GetString(fields.Write()).ShouldBe(text);
    }

    [Fact]
    public void Of_duplicates_the_last_counts_and_removing_takes_all()
    {
        using var fields = JsonFields.Read("""{"admin":1,"a":1,"admin":2}"""u8.ToArray())!;
        fields.Remove("admin");
        Encoding.UTF8.GetString(fields.Write()).ShouldBe("""{"a":1}""");
    }

    [Fact]
    public void Appending_makes_arrays()
    {
        using var fields = JsonFields.Read("""{"s":"x","a":[1],"n":5,"e":{}}"""u8.ToArray())!;
        foreach (var name in new[] { "s", "a", "n", "e", "new", "new" }) fields.Append(name, "v");
        Encoding.UTF8.GetString(fields.Write()).ShouldBe("""{"s":["x","v"],"a":[1,"v"],"n":["v"],"e":["v"],"new":["v","v"]}""");
    }

    [Fact]
    public void Appending_to_an_object_adds_numbered_members()
    {
        using var fields = JsonFields.Read("""{"o":{"k":1.0}}"""u8.ToArray())!;
        fields.Append("o", "v");
        fields.Append("o", true);
        Encoding.UTF8.GetString(fields.Write()).ShouldBe("""{"o":{"k":1.0,"1":"v","2":true}}""");
    }

    [Theory]
    [InlineData("a:b", "a", "b")]
    [InlineData("a::b:c", "a", "b:c")]
    [InlineData("a:", "a", "")]
    [InlineData("a", "a", "")]
    [InlineData("X-Url:http://a.test:80/x", "X-Url", "http://a.test:80/x")]
    public void Entries_are_cut_at_the_first_colon(string entry, string name, string value) => NameValue.Parse(entry).ShouldBe(new NameValue(name, value));
}

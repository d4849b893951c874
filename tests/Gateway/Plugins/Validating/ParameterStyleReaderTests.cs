using System.Text.Json.Nodes;
using Sluice.Gateway.Plugins.Validating;

namespace Sluice.Gateway.Tests.Plugins.Validating;

/// <summary>The table of OpenAPI 3.1, 4.8.12.4, and what it leaves open.</summary>
public sealed class ParameterStyleReaderTests
{
    private const string Text = """{"type":"string"}""";
    private const string Texts = """{"type":"array","items":{"type":"string"}}""";
    private const string Numbers = """{"type":"array","items":{"type":"integer"}}""";
    private const string Color = """{"type":"object","properties":{"R":{"type":"integer"},"G":{"type":"integer"},"B":{"type":"integer"}}}""";
    private const string Rgb = """{"R":100,"G":200,"B":150}""";

    [Theory]
    [InlineData("simple", false, Text, "blue", "\"blue\"")]
    [InlineData("simple", false, Text, "a%2Cb", "\"a,b\"")]
    [InlineData("simple", false, """{"type":"integer"}""", "5", "5")]
    [InlineData("simple", false, """{"type":"integer"}""", "5x", "\"5x\"")]
    [InlineData("simple", false, """{"type":"integer"}""", "05", "\"05\"")]
    [InlineData("simple", false, """{"type":"boolean"}""", "true", "true")]
    [InlineData("simple", false, """{"type":["string","null"]}""", "null", "\"null\"")]
    [InlineData("simple", false, Texts, "blue,black", """["blue","black"]""")]
    [InlineData("simple", false, Texts, "a%2Cb,c", """["a,b","c"]""")]
    [InlineData("simple", true, Numbers, "1,2", "[1,2]")]
    [InlineData("simple", false, Numbers, "", "[]")]
    [InlineData("simple", false, Color, "R,100,G,200,B,150", Rgb)]
    [InlineData("simple", true, Color, "R=100,G=200,B=150", Rgb)]
    [InlineData("simple", true, Color, "R", """{"R":""}""")]
    [InlineData("label", false, Text, ".blue", "\"blue\"")]
    [InlineData("label", false, Texts, ".blue,black", """["blue","black"]""")]
    [InlineData("label", true, Texts, ".blue.black", """["blue","black"]""")]
    [InlineData("label", false, Color, ".R,100,G,200,B,150", Rgb)]
    [InlineData("label", true, Color, ".R=100.G=200.B=150", Rgb)]
    [InlineData("matrix", false, Text, ";color=blue", "\"blue\"")]
    [InlineData("matrix", false, Texts, ";color=blue,black", """["blue","black"]""")]
    [InlineData("matrix", true, Texts, ";color=blue;color=black", """["blue","black"]""")]
    [InlineData("matrix", false, Color, ";color=R,100,G,200,B,150", Rgb)]
    [InlineData("matrix", true, Color, ";R=100;G=200;B=150", Rgb)]
    public void Texts_of_paths_and_headers_are_taken_apart(string style, bool explode, string schema, string written, string value) =>
        Reader(style, explode, schema).Read(written, Uri.UnescapeDataString)!.ToJsonString().ShouldBe(value);

    [Theory]
    [InlineData("form", true, Text, "color=blue", "\"blue\"")]
    [InlineData("form", true, Text, "color=", "\"\"")]
    [InlineData("form", true, Text, "color=a+b%21", "\"a b!\"")]
    [InlineData("form", true, Texts, "color=blue&x=1&color=black", """["blue","black"]""")]
    [InlineData("form", true, Numbers, "color=1", "[1]")]
    [InlineData("form", false, Texts, "color=blue,bl%2Cack", """["blue","bl,ack"]""")]
    [InlineData("form", false, Color, "color=R,100,G,200,B,150", Rgb)]
    [InlineData("form", true, Color, "R=100&G=200&B=150&X=1", Rgb)]
    [InlineData("spaceDelimited", false, Texts, "color=blue%20black+brown", """["blue","black","brown"]""")]
    [InlineData("pipeDelimited", false, Numbers, "color=1|2%7C3", "[1,2,3]")]
    [InlineData("deepObject", true, Color, "color[R]=100&color%5BG%5D=200&color[B]=150", Rgb)]
    [InlineData("deepObject", true, Texts, "other[R]=1", null)]
    [InlineData("form", true, Text, "colors=blue", null)]
    public void Queries_are_taken_apart(string style, bool explode, string schema, string query, string? value)
    {
        var there = Reader(style, explode, schema).TryRead(ParameterList.OfQuery("?" + query)!, out var read);
        there.ShouldBe(value is not null);
        if (value is not null) read!.ToJsonString().ShouldBe(value);
    }

    [Fact]
    public void Types_are_found_behind_references_and_alternatives()
    {
        var document = JsonNode.Parse("""{"components":{"schemas":{"Id":{"oneOf":[{"type":"integer"},{"type":"boolean"}]},"Self":{"$ref":"#/components/schemas/Self"}}}}""")!;
        var shape = ParameterShape.Of(JsonNode.Parse("""{"allOf":[{"$ref":"#/components/schemas/Id"}]}"""), document);
        shape.Scalar("7")!.ToJsonString().ShouldBe("7");
        shape.Scalar("false")!.ToJsonString().ShouldBe("false");
        ParameterShape.Of(JsonNode.Parse("""{"$ref":"#/components/schemas/Self"}"""), document).Scalar("7")!.ToJsonString().ShouldBe("\"7\"");
    }

    [Fact]
    public void A_query_of_too_many_arguments_is_none() => ParameterList.OfQuery(string.Join('&', Enumerable.Range(0, 1001).Select(i => $"a{i}"))).ShouldBeNull();

    private static ParameterStyleReader Reader(string style, bool explode, string schema)
    {
        var parsed = JsonNode.Parse(schema)!;
        return new ParameterStyleReader("color", ParameterStyleReader.StyleOf(style)!.Value, explode, ParameterShape.Of(parsed, parsed));
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Gateway.Plugins.RequestValidator;

namespace Sluice.Gateway.Tests.Plugins.RequestValidator;

public sealed class KongSchemaTests
{
    /// <summary>The example of Kong's page.</summary>
    private const string Documented = """
        [{"name":{"type":"string","required":true}},
         {"age":{"type":"integer","required":true}},
         {"address":{"type":"record","required":true,"fields":[{"street":{"type":"string","required":true}},{"zipcode":{"type":"string","required":true}}]}},
         {"born":{"type":"string","format":"date-time","required":true}}]
        """;

    [Fact]
    public void The_documented_example_holds()
    {
        Check(Documented, """{"name":"Gruce The Great","age":4,"address":{"street":"251 Post St.","zipcode":"94108"},"born":"2009-07-20T08:30:37.012Z"}""").ShouldBeNull();
        Check(Documented, """{"name":1,"age":4.5,"address":{"street":""},"x":null}""").ShouldBe(
            """{"name":"expected a string","age":"expected an integer","address":{"street":"length must be at least 1","zipcode":"required field missing"},"x":"unknown field","born":"required field missing"}""");
        Check(Documented, "[]").ShouldBe("\"expected a record\"");
    }

    [Theory]
    [InlineData("""{"type":"string"}""", "null", null)]
    [InlineData("""{"type":"string","required":true}""", "null", "required field missing")]
    [InlineData("""{"type":"string","len_min":0}""", "\"\"", null)]
    [InlineData("""{"type":"string","len_max":3}""", "\"abcd\"", "length must be at most 3")]
    [InlineData("""{"type":"string","len_eq":3}""", "\"ab\"", "length must be 3")]
    [InlineData("""{"type":"string","match":"^%a+$"}""", "\"abc\"", null)]
    [InlineData("""{"type":"string","match":"^%a+$"}""", "\"ab1\"", "invalid value: ab1")]
    [InlineData("""{"type":"string","not_match":"%d"}""", "\"ab1\"", "invalid value: ab1")]
    [InlineData("""{"type":"string","match_all":[{"pattern":"%d","err":"needs a digit"}]}""", "\"ab\"", "needs a digit")]
    [InlineData("""{"type":"string","match_none":[{"pattern":"%d","err":"no digits"}]}""", "\"a1\"", "no digits")]
    [InlineData("""{"type":"string","match_any":{"patterns":["^a","^b"],"err":"a or b"}}""", "\"c\"", "a or b")]
    [InlineData("""{"type":"string","starts_with":"ab"}""", "\"ba\"", "should start with: ab")]
    [InlineData("""{"type":"string","one_of":["a","b"]}""", "\"c\"", "expected one of: a, b")]
    [InlineData("""{"type":"string","uuid":true}""", "\"c\"", "expected a valid UUID")]
    [InlineData("""{"type":"string","uuid":true}""", "\"9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d\"", null)]
    [InlineData("""{"type":"integer","between":[1,10]}""", "11", "value should be between 1 and 10")]
    [InlineData("""{"type":"integer","between":[1,10]}""", "10.0", null)]
    [InlineData("""{"type":"number","gt":1.5}""", "1.5", "value must be greater than 1.5")]
    [InlineData("""{"type":"integer","timestamp":true}""", "0", "expected a valid timestamp")]
    [InlineData("""{"type":"number","eq":1}""", "1.0", null)]
    [InlineData("""{"type":"boolean"}""", "1", "expected a boolean")]
    [InlineData("""{"type":"array","elements":{"type":"integer"}}""", "{}", "expected an array")]
    [InlineData("""{"type":"array","elements":{"type":"integer"},"len_min":2}""", "[1]", "length must be at least 2")]
    [InlineData("""{"type":"set","elements":{"type":"string"},"contains":"a"}""", "[\"b\"]", "expected to contain: a")]
    [InlineData("""{"type":"map","keys":{"type":"string","len_max":1},"values":{"type":"boolean"}}""", """{"a":true}""", null)]
    [InlineData("""{"type":"map","keys":{"type":"string","len_max":1},"values":{"type":"boolean"}}""", """{"ab":true}""", "length must be at most 1")]
    [InlineData("""{"type":"map","keys":{"type":"string"},"values":{"type":"boolean"}}""", """{"a":1}""", "expected a boolean")]
    public void Validators_say_what_Kongs_say(string definition, string value, string? message)
    {
        var found = Check($$"""[{"f":{{definition}}}]""", $$"""{"f":{{value}}}""");
        if (message is null) found.ShouldBeNull();
        else JsonNode.Parse(found!)!["f"]!.ToString().ShouldBe(message);
    }

    [Fact]
    public void Elements_are_named_by_their_number() =>
        Check("""[{"f":{"type":"array","elements":{"type":"integer"}}}]""", """{"f":[1,"a"]}""").ShouldBe("""{"f":{"2":"expected an integer"}}""");

    [Theory]
    [InlineData("{}", "the schema must be a list of fields")]
    [InlineData("""[{"a":{"type":"string"},"b":{"type":"string"}}]""", "/0 must be an object with the name of one field")]
    [InlineData("""[{"a":{"type":"array"}}]""", "/0/a/elements must be an object")]
    [InlineData("""[{"a":{"type":"string","match":"%b()"}}]""", "/0/a/match: pattern '%b()' is not supported")]
    [InlineData("""[{"a":{"type":"integer","between":[1]}}]""", "/0/a/between must be a list of two numbers")]
    public void A_schema_that_cannot_be_used_is_refused_with_its_place(string schema, string message) => KongSchema.Compile(JsonNode.Parse(schema)).Problem.ShouldBe(message);

    private static string? Check(string schema, string body) => KongSchema.Compile(JsonNode.Parse(schema)).Schema.ShouldNotBeNull().Check(JsonElement.Parse(body))?.ToJsonString();
}

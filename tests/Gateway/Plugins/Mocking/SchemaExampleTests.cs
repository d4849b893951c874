using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Foundation.JsonSchemas;
using Sluice.Gateway.Plugins.Mocking;

namespace Sluice.Gateway.Tests.Plugins.Mocking;

public sealed class SchemaExampleTests
{
    /// <summary>What is made is valid by the schema that it was made from.</summary>
    [Theory]
    [InlineData("""{"type":"string","minLength":20}""")]
    [InlineData("""{"type":"string","maxLength":2}""")]
    [InlineData("""{"type":"string","format":"date-time"}""")]
    [InlineData("""{"type":"string","format":"uuid"}""")]
    [InlineData("""{"type":"string","format":"email"}""")]
    [InlineData("""{"type":"string","format":"ipv6"}""")]
    [InlineData("""{"type":"string","format":"duration"}""")]
    [InlineData("""{"type":"integer","minimum":7,"multipleOf":5}""")]
    [InlineData("""{"type":"integer","exclusiveMinimum":7}""")]
    [InlineData("""{"type":"number","maximum":-3.2}""")]
    [InlineData("""{"type":"number","exclusiveMaximum":0}""")]
    [InlineData("""{"type":["null","boolean"]}""")]
    [InlineData("""{"enum":["a","b"]}""")]
    [InlineData("""{"const":{"a":1}}""")]
    [InlineData("""{"type":"array","minItems":3,"items":{"type":"integer"}}""")]
    [InlineData("""{"type":"array","maxItems":0}""")]
    [InlineData("""{"prefixItems":[{"type":"integer"},{"type":"string"}],"items":false}""")]
    [InlineData("""{"type":"object","required":["a","b"],"properties":{"a":{"type":"integer"}},"additionalProperties":{"type":"boolean"}}""")]
    [InlineData("""{"allOf":[{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]},{"properties":{"b":{"type":"string"}},"required":["b"]}]}""")]
    [InlineData("""{"oneOf":[{"type":"integer"},{"type":"string"}]}""")]
    [InlineData("""{"$ref":"#/$defs/Tree","$defs":{"Tree":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"children":{"type":"array","items":{"$ref":"#/$defs/Tree"}}}}}}""")]
    [InlineData("""{"$ref":"#/$defs/Loop","$defs":{"Loop":{"$ref":"#/$defs/Loop"}},"type":"string"}""", false)]
    public void What_is_made_is_allowed(string schema, bool valid = true)
    {
        var parsed = JsonNode.Parse(schema)!;
        var made = JsonSerializer.SerializeToElement(new SchemaExample(parsed).Make(parsed));
        var (validator, problem) = JsonSchemaSet.Compile(parsed, SchemaDialect.Draft202012);
        problem.ShouldBeNull();
        validator!.IsValid(made).ShouldBe(valid, made.GetRawText());
    }

    [Theory]
    [InlineData("""{"type":"string","example":"a","default":"b"}""", "\"a\"")]
    [InlineData("""{"type":"string","default":"b"}""", "\"b\"")]
    [InlineData("""{"type":"string","examples":["c"]}""", "\"c\"")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","writeOnly":true},"b":{"type":"boolean"}}}""", """{"b":true}""")]
    public void What_the_schema_gives_is_taken(string schema, string value) =>
        new SchemaExample(JsonNode.Parse(schema)!).Make(JsonNode.Parse(schema))!.ToJsonString().ShouldBe(value);
}

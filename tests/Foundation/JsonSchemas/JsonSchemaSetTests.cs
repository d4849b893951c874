using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Foundation.JsonSchemas;

namespace Sluice.Foundation.Tests.JsonSchemas;

/// <summary>What the suite does not ask: where problems are, and that neither schemas nor documents can hold the program up.</summary>
public sealed class JsonSchemaSetTests
{
    [Theory]
    [InlineData("""{"type":"text"}""", "/type", "'text' is no type")]
    [InlineData("""{"properties":{"a/b":{"minimum":"1"}}}""", "/properties/a~1b/minimum", "must be a number")]
    [InlineData("""{"allOf":[{},{"$ref":"#/definitions/none"}]}""", "/allOf/1/$ref", "where there is nothing")]
    [InlineData("""{"items":{"$ref":"https://example.com/s.json"}}""", "/items/$ref", "nothing is fetched")]
    [InlineData("""{"pattern":"("}""", "/pattern", "is no regular expression")]
    [InlineData("""{"not":3}""", "/not", "must be an object or a boolean")]
    [InlineData("""{"anyOf":[]}""", "/anyOf", "not empty")]
    [InlineData("""{"multipleOf":0}""", "/multipleOf", "greater than 0")]
    [InlineData("""{"$ref":"#nowhere"}""", "/$ref", "no such anchor")]
    [InlineData("""{"type":"\ud800"}""", "", "not valid Unicode")]
    [InlineData("null", "", "not null")]
    [InlineData("[]", "", "must be an object or a boolean")]
    public void A_schema_that_cannot_be_used_is_refused_with_its_place(string schema, string pointer, string message)
    {
        var (validator, problem) = JsonSchemaSet.Compile(JsonNode.Parse(schema), SchemaDialect.Draft202012);
        validator.ShouldBeNull();
        problem!.Pointer.ShouldBe(pointer);
        problem.Message.ShouldContain(message);
    }

    [Fact]
    public void Violations_name_the_place_and_the_keyword()
    {
        var found = Compile("""{"properties":{"a":{"items":{"maximum":3}},"b":{"type":"string"}},"required":["c"]}""").Validate(Json("""{"a":[1,5],"b":2}"""), 10);
        found.Select(v => v.ToString()).ShouldBe(["must have the member 'c'", "/a/1: must be at most 3", "/b: must be string, not number"]);
        found[1].SchemaPath.ShouldBe("/properties/a/items/maximum");
    }

    [Fact]
    public void The_search_ends_with_the_number_that_was_asked_for() =>
        Compile("""{"items":{"type":"string"}}""").Validate(Json("[1,2,3,4]"), 2).Count.ShouldBe(2);

    [Fact]
    public void Schemas_of_openapi_are_found_by_their_pointers()
    {
        var set = new JsonSchemaSet(
            JsonNode.Parse("""{"components":{"schemas":{"Pet":{"type":"object","properties":{"tag":{"$ref":"#/components/schemas/Tag"}}},"Tag":{"type":"string","nullable":true,"maxLength":2}}}}""")!,
            SchemaDialect.OpenApi30);
        var pet = set.Compile("/components/schemas/Pet").Validator!;
        pet.IsValid(Json("""{"tag":null}""")).ShouldBeTrue();
        pet.IsValid(Json("""{"tag":"abc"}""")).ShouldBeFalse();
        set.Compile("/components/schemas/None").Problem!.Pointer.ShouldBe("/components/schemas/None");
    }

    [Fact]
    public void A_member_given_twice_is_checked_twice() =>
        Compile("""{"properties":{"a":{"type":"string"}}}""").IsValid(Json("""{"a":1,"a":"x"}""")).ShouldBeFalse();

    [Theory]
    [InlineData("""{"$ref":"#"}""", "1")]
    [InlineData("""{"not":{"$ref":"#"}}""", "1")]
    [InlineData("""{"anyOf":[{"$ref":"#"},{"$ref":"#"},{"type":"string"}]}""", "1")]
    public void A_schema_without_an_end_is_given_up(string schema, string instance) =>
        Compile(schema).Validate(Json(instance)).ShouldHaveSingleItem().Message.ShouldContain("to");

    [Fact]
    public void Many_elements_are_told_apart_in_linear_time()
    {
        var many = "[" + string.Join(',', Enumerable.Range(0, 100_000)) + "]";
        Compile("""{"uniqueItems":true}""").IsValid(Json(many)).ShouldBeTrue();
    }

    [Fact]
    public void Numbers_made_to_look_alike_are_given_up()
    {
        var alike = "[" + string.Join(',', Enumerable.Range(0, 5000).Select(i => $"1.0000000000000000000000000000{i:0000}")) + "]";
        Compile("""{"uniqueItems":true}""").Validate(Json(alike)).ShouldHaveSingleItem().Message.ShouldContain("alike");
    }

    [Theory]
    [InlineData("1e1000000000", false)]
    [InlineData("-1e99999999999999999999", true)]
    [InlineData("1e-1000000000", true)]
    [InlineData("9007199254740993", false)]
    [InlineData("9007199254740992.0", true)]
    public void Numbers_are_compared_exactly_however_large(string number, bool valid) =>
        Compile("""{"maximum":9007199254740992}""").IsValid(Json(number)).ShouldBe(valid);

    [Fact]
    public void An_expression_that_backtracks_without_end_is_cut_off()
    {
        var text = JsonSerializer.Serialize(new string('a', 40) + "!");
        Compile("""{"pattern":"^(a+)+$"}""").IsValid(Json(text)).ShouldBeFalse();
        Compile("""{"pattern":"^(?=(a+)+$)b"}""").Validate(Json(text)).ShouldHaveSingleItem().Message.ShouldContain("takes too long");
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused() =>
        Compile("""{"minLength":1}""").Validate(Json("\"\\ud800\"")).ShouldHaveSingleItem().Message.ShouldContain("Unicode");

    [Fact]
    public void Random_documents_and_schemas_never_throw()
    {
        var random = new Random(7);
        var schemas = Enumerable.Range(0, 400).Select(_ => RandomSchema(random, 4)).ToList();
        foreach (var text in schemas)
        {
            var (validator, _) = JsonSchemaSet.Compile(JsonNode.Parse(text), (SchemaDialect)random.Next(6));
            foreach (var instance in schemas.Take(40)) validator?.Validate(Json(instance), 3);
        }
    }

    private static string RandomSchema(Random random, int depth)
    {
        string[] keywords =
        [
            "type", "enum", "const", "minimum", "maxLength", "pattern", "items", "prefixItems", "contains", "properties", "additionalProperties", "required", "propertyNames",
            "allOf", "oneOf", "not", "if", "then", "$ref", "$dynamicRef", "$id", "$anchor", "uniqueItems", "unevaluatedProperties", "unevaluatedItems", "dependentSchemas", "format", "multipleOf",
        ];
        random.Shuffle(keywords);
        return "{" + string.Join(',', keywords.Take(random.Next(6)).Select(k => $"{JsonSerializer.Serialize(k)}:{RandomValue(random, depth)}")) + "}";
    }

    private static string RandomValue(Random random, int depth)
    {
        string[] scalars = ["true", "false", "null", "0", "-1.5e3", "\"string\"", "\"#\"", "\"#/not\"", "\"^a\"", "\"object\"", "[]", "{}", "[\"a\"]"];
        return depth == 0 ? scalars[random.Next(scalars.Length)] : random.Next(4) switch
        {
            0 => RandomSchema(random, depth - 1),
            1 => "[" + RandomSchema(random, depth - 1) + "," + RandomValue(random, depth - 1) + "]",
            2 => "{\"a\":" + RandomSchema(random, depth - 1) + "}",
            _ => scalars[random.Next(scalars.Length)],
        };
    }

    private static JsonSchemaValidator Compile(string schema)
    {
        var (validator, problem) = JsonSchemaSet.Compile(JsonNode.Parse(schema), SchemaDialect.Draft202012);
        problem.ShouldBeNull();
        return validator!;
    }

    private static JsonElement Json(string text) => JsonElement.Parse(text);
}

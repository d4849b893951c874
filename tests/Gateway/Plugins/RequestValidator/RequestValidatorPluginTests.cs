using System.Text;
using Sluice.Gateway.Plugins.RequestValidator;
using Sluice.Gateway.Routing;
using Sluice.Gateway.Tests.Configuration.Reading;

namespace Sluice.Gateway.Tests.Plugins.RequestValidator;

public sealed class RequestValidatorPluginTests
{
    private const string Person = """{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer","minimum":0}},"required":["name"]}""";
    private static readonly RequestValidatorConfig Draft = new() { Version = "draft202012", BodySchema = Person, VerboseResponse = true };

    [Theory]
    [InlineData("""{"name":"a"}""", null)]
    [InlineData("""{"name":"a","age":-1}""", "/age: must be at least 0")]
    [InlineData("{}", "must have the member 'name'")]
    [InlineData("", "the body is not valid JSON (line 1, byte 1)")]
    [InlineData("{\"name\":\"\\ud800\"}", null)]
    [InlineData("{\"\\ud800\":1}", "not valid Unicode")]
    public async Task Bodies_are_held_against_the_schema(string body, string? message) => await ShouldSay(Draft, body, message);

    [Fact]
    public async Task Without_verbose_the_client_is_told_only_that() =>
        await ShouldSay(Draft with { VerboseResponse = false }, "{}", "request body doesn't conform to schema");

    [Theory]
    [InlineData("application/json", "{}", 400)]
    [InlineData("application/merge-patch+json", "{}", 400)]
    [InlineData("text/plain", "hello", 200)]
    [InlineData("application/json; charset=utf-8", """{"name":"a"}""", 400)]
    [InlineData("application/xml", "<a/>", 400)]
    [InlineData("nonsense", "{}", 400)]
    [InlineData(null, "{}", 400)]
    [InlineData(null, """{"name":"a"}""", 200)]
    public async Task The_content_type_decides_what_is_checked(string? type, string body, int status) =>
        (await Send(Draft with { AllowedContentTypes = ["application/json", "application/merge-patch+json", "text/plain"] }, body, type)).Status.ShouldBe(status);

    [Fact]
    public async Task Parameters_of_the_type_may_be_left_out_of_account()
    {
        var result = await Send(Draft, """{"name":"a"}""", "application/json; charset=utf-8");
        result.Answer!.Error!.Message.ShouldBe("specified Content-Type is not allowed");
        (await Send(Draft with { ContentTypeParameterValidation = false }, """{"name":"a"}""", "application/json; charset=utf-8")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Too_large_a_body_is_refused_unread() =>
        (await Send(Draft, new string(' ', (16 * 1024 * 1024) + 1))).Status.ShouldBe(413);

    [Fact]
    public async Task A_large_body_is_checked_all_the_same() =>
        await ShouldSay(Draft, $$"""{"name":"{{new string('x', 100_000)}}","age":"x"}""", "/age: must be integer, not string");

    [Theory]
    [InlineData("query", "form", "/?n=5", null)]
    [InlineData("query", "form", "/?n=x", "query 'n' validation failed, [error] must be integer, not string")]
    [InlineData("query", "form", "/", "query 'n' validation failed, [error] required parameter value not found in request")]
    [InlineData("header", "simple", "/", "header 'n' validation failed, [error] required parameter value not found in request")]
    [InlineData("path", "simple", "/", "path 'n' validation failed, [error] required parameter value not found in request")]
    public async Task Parameters_are_held_against_their_schemas(string place, string style, string target, string? message)
    {
        var config = new RequestValidatorConfig
        {
            ParameterSchema = [new ParameterSchemaConfig { In = place, Name = "n", Required = true, Style = style, Explode = false, Schema = """{"type":"integer","maximum":9}""" }],
            VerboseResponse = true,
        };
        var result = await new PluginHarness().Use("request-validator", config).SendAsync(target);
        result.Answer?.Error?.Message.ShouldBe(message);
        (result.Status == 200).ShouldBe(message is null);
    }

    [Theory]
    [InlineData("7", 200)]
    [InlineData("abc", 400)]
    public async Task Path_parameters_are_groups_of_the_route(string value, int status)
    {
        var config = new RequestValidatorConfig { ParameterSchema = [new ParameterSchemaConfig { In = "path", Name = "status_code", Required = true, Style = "simple", Explode = false, Schema = """{"type":"number"}""" }] };
        var result = await new PluginHarness().Use("request-validator", config).SendAsync(
            prepare: e => e.Match = new RouteMatch { Route = e.Match.Route, Captures = new RouteCaptures([value], new Dictionary<string, string> { ["status_code"] = value }) });
        result.Status.ShouldBe(status);
        if (status == 400) result.Answer!.Error!.Message.ShouldBe("request param doesn't conform to schema");
    }

    [Fact]
    public async Task A_header_of_several_values_is_an_array()
    {
        var config = new RequestValidatorConfig { ParameterSchema = [new ParameterSchemaConfig { In = "header", Name = "X-Ids", Style = "simple", Explode = false, Schema = """{"type":"array","items":{"type":"integer"}}""" }] };
        var harness = new PluginHarness().Use("request-validator", config);
        (await harness.SendAsync(headers: [("X-Ids", "1, 2,3")])).Status.ShouldBe(200);
        (await harness.SendAsync(headers: [("X-Ids", "1,b")])).Status.ShouldBe(400);
        (await harness.SendAsync()).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Without_a_schema_a_parameter_must_only_be_there()
    {
        var harness = new PluginHarness().Use("request-validator", new RequestValidatorConfig { ParameterSchema = [new ParameterSchemaConfig { In = "query", Name = "q", Required = true }] });
        (await harness.SendAsync("/?q")).Status.ShouldBe(200);
        (await harness.SendAsync("/?r")).Status.ShouldBe(400);
    }

    [Theory]
    [InlineData("{version: draft4, body_schema: '{\"type\": \"x\"}'}", "body_schema", "/type: 'x' is no type")]
    [InlineData("{version: draft4, body_schema: '{'}", "body_schema", "is not valid JSON")]
    [InlineData("{version: draft4, body_schema: '{\"a\":1,\"a\":2}'}", "body_schema", "is not valid JSON")]
    [InlineData("{body_schema: '[{\"a\":{\"type\":\"text\"}}]'}", "body_schema", "/0/a/type must be one of string, number")]
    [InlineData("{version: draft4, body_schema: '{\"\\ud800\":1}'}", "body_schema", "not valid Unicode")]
    [InlineData("{body_schema: '[{\"a\":{\"type\":\"\\ud800\"}}]'}", "body_schema", "not valid Unicode")]
    [InlineData("{}", "", "at least one of these fields must be non-empty: 'body_schema', 'parameter_schema'")]
    [InlineData("{parameter_schema: [{in: query, name: a, required: true, style: form}]}", "parameter_schema", "all or none of these fields must be set")]
    [InlineData("{parameter_schema: [{in: header, name: a, required: true, style: form, explode: true, schema: '{\"type\":\"string\"}'}]}", "style", "style must be one of simple in a header")]
    [InlineData("{parameter_schema: [{in: query, name: a, required: true, style: form, explode: true, schema: '{}'}]}", "schema", "must have a 'type'")]
    [InlineData("{parameter_schema: [{in: query, name: a, required: true, style: form, explode: true, schema: '{\"type\":\"string\",\"minLength\":-1}'}]}", "schema", "/minLength: must be a whole number")]
    public void What_is_wrong_with_schemas_is_told_when_the_configuration_is_read(string config, string field, string message)
    {
        var problem = Files.Problems($"_format_version: '3.0'\nplugins: [{{name: request-validator, config: {config}}}]").ShouldHaveSingleItem().ToString();
        problem.ShouldContain(field);
        problem.ShouldContain(message);
    }

    private static async Task ShouldSay(RequestValidatorConfig config, string body, string? message)
    {
        var result = await Send(config, body);
        result.Status.ShouldBe(message is null ? 200 : 400);
        if (message is not null) result.Answer!.Error!.Message.ShouldContain(message);
    }

    private static Task<PluginResult> Send(RequestValidatorConfig config, string body, string? type = "application/json") =>
        new PluginHarness().Use("request-validator", config).SendAsync("/", "POST", type is null ? null : [("Content-Type", type)], Encoding.UTF8.GetBytes(body));
}

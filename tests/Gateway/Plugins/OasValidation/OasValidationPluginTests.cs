using System.Text;
using Sluice.Gateway.Plugins.OasValidation;
using Sluice.Gateway.Tests.Configuration.Reading;

namespace Sluice.Gateway.Tests.Plugins.OasValidation;

public sealed class OasValidationPluginTests
{
    private const string Pets = """
        openapi: 3.0.3
        info: {title: Pets, version: '1'}
        servers: [{url: 'https://pets.test/v1'}]
        paths:
          /pets:
            get:
              parameters:
                - {name: limit, in: query, schema: {type: integer, maximum: 100}}
                - {name: tags, in: query, explode: false, schema: {type: array, items: {type: string, maxLength: 3}}}
                - {name: filter, in: query, style: deepObject, schema: {type: object, properties: {age: {type: integer}}}}
                - {name: where, in: query, content: {application/json: {schema: {type: object, required: [a]}}}}
                - {name: X-Trace, in: header, required: true, schema: {type: string, format: uuid}}
                - {name: session, in: cookie, schema: {type: integer}}
              responses:
                '200': {description: ok, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Pet'}}}}}
                4XX: {description: bad}
            post:
              requestBody: {$ref: '#/components/requestBodies/Pet'}
              responses:
                default: {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}, text/*: {}}}
          /pets/{id}:
            parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
            delete: {responses: {'204': {description: gone}}}
        components:
          requestBodies:
            Pet:
              required: true
              content:
                application/json: {schema: {$ref: '#/components/schemas/Pet'}}
                application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/Pet'}, encoding: {tags: {style: pipeDelimited}}}
                multipart/form-data: {schema: {$ref: '#/components/schemas/Pet'}}
                text/plain: {schema: {type: string, maxLength: 3}}
                image/*: {}
          schemas:
            Pet:
              type: object
              required: [id, name]
              additionalProperties: false
              properties:
                id: {type: integer, readOnly: true}
                name: {type: string, minLength: 1}
                nick: {type: string, nullable: true}
                age: {type: integer, minimum: 0, exclusiveMinimum: true}
                tags: {type: array, items: {type: string}}
                secret: {type: string, writeOnly: true}
        """;

    private const string Trace = "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d";

    private static readonly OasValidationConfig Verbose = new() { ApiSpec = Pets, VerboseResponse = true };

    [Theory]
    [InlineData("/pets", null)]
    [InlineData("/pets?limit=5", null)]
    [InlineData("/pets?limit=500", "query 'limit' validation failed, [error] must be at most 100")]
    [InlineData("/pets?limit=x", "query 'limit' validation failed, [error] must be integer, not string")]
    [InlineData("/pets?tags=a,bcd", null)]
    [InlineData("/pets?tags=a,bcde", "query 'tags' validation failed, [error] /1: must have at most 3 characters")]
    [InlineData("/pets?filter[age]=3", null)]
    [InlineData("/pets?filter[age]=old", "query 'filter' validation failed, [error] /age: must be integer, not string")]
    [InlineData("/pets?where=%7B%22a%22%3A1%7D", null)]
    [InlineData("/pets?where=%7B%7D", "query 'where' validation failed, [error] must have the member 'a'")]
    [InlineData("/pets?where=%7B", "query 'where' validation failed, [error] is not valid JSON")]
    [InlineData("/pets?other=1", null)]
    public async Task Queries_are_checked(string target, string? message) => await ShouldSay(Verbose, target, "GET", message, [("X-Trace", Trace)]);

    [Theory]
    [InlineData("X-Trace", "x", "header 'X-Trace' validation failed, [error] must be of the format uuid")]
    [InlineData("X-Other", "x", "header 'X-Trace' validation failed, [error] required parameter value not found in request")]
    public async Task Header_fields_are_checked(string name, string value, string message) => await ShouldSay(Verbose, "/pets", "GET", message, [(name, value)]);

    [Theory]
    [InlineData("session=5", null)]
    [InlineData("session=a", "cookie 'session' validation failed, [error] must be integer, not string")]
    public async Task Cookies_are_checked(string cookie, string? message) => await ShouldSay(Verbose, "/pets", "GET", message, [("X-Trace", Trace), ("Cookie", cookie)]);

    [Theory]
    [InlineData("/pets/7", "DELETE", null)]
    [InlineData("/pets/x", "DELETE", "path 'id' validation failed, [error] must be integer, not string")]
    [InlineData("/pets/7", "PUT", "validation failed: method PUT of this path does not exist in the specification")]
    [InlineData("/cats", "GET", "validation failed: path does not exist in the specification")]
    [InlineData("/v1/pets/7", "DELETE", "validation failed: path does not exist in the specification")]
    public async Task Paths_and_methods_are_checked(string target, string method, string? message) => await ShouldSay(Verbose, target, method, message);

    [Fact]
    public async Task Paths_may_stand_under_a_base_path()
    {
        await ShouldSay(Verbose with { IncludeBasePath = true }, "/v1/pets/7", "DELETE", null);
        await ShouldSay(Verbose with { IncludeBasePath = true, CustomBasePath = "/api" }, "/api/pets/7", "DELETE", null);
    }

    [Theory]
    [InlineData("application/json", """{"name":"a","nick":null}""", null)]
    [InlineData("application/json; charset=utf-8", """{"name":""}""", "request body validation failed with error: /name: must have at least 1 characters")]
    [InlineData("application/json", """{"name":"a","age":0}""", "/age: must be greater than 0")]
    [InlineData("application/json", """{"name":"a","x":0}""", "/x: is not allowed")]
    [InlineData("application/json", "{", "the body is not valid JSON (line 1, byte 2)")]
    [InlineData(null, """{"name":"a"}""", null)]
    [InlineData("application/json", "", "the body is required")]
    [InlineData("application/xml", "<a/>", "the content type 'application/xml' does not exist in the specification")]
    [InlineData("nonsense", "x", "the content type 'nonsense' does not exist")]
    [InlineData("application/x-www-form-urlencoded", "name=a&age=3&tags=x|y", null)]
    [InlineData("application/x-www-form-urlencoded", "name=a&age=x", "/age: must be integer, not string")]
    [InlineData("application/x-www-form-urlencoded", "age=3", "must have the member 'name'")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\na\r\n--b--\r\n", null)]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\na\r\n--b\r\nContent-Disposition: form-data; name=\"age\"\r\n\r\n-1\r\n--b--\r\n", "/age: must be greater than 0")]
    [InlineData("multipart/form-data", "x", "the body is no valid multipart form")]
    [InlineData("text/plain", "abc", null)]
    [InlineData("text/plain", "abcd", "must have at most 3 characters")]
    [InlineData("image/png", "PNG", null)]
    public async Task Bodies_are_checked(string? type, string body, string? message) =>
        await ShouldSay(Verbose, "/pets", "POST", message, type is null ? null : [("Content-Type", type)], Encoding.UTF8.GetBytes(body));

    [Fact]
    public async Task Without_verbose_the_client_is_told_only_that()
    {
        var terse = Verbose with { VerboseResponse = false };
        await ShouldSay(terse, "/pets/x", "DELETE", "request param doesn't conform to schema");
        await ShouldSay(terse, "/pets", "POST", "request doesn't conform to schema", body: "{}"u8.ToArray());
    }

    [Fact]
    public async Task Unknown_parameters_may_be_refused()
    {
        var strict = Verbose with { QueryParameterCheck = true, HeaderParameterCheck = true };
        await ShouldSay(strict, "/pets?limit=1&filter[age]=1", "GET", null, [("X-Trace", Trace), ("Accept", "*/*"), ("Cookie", "session=1")]);
        await ShouldSay(strict, "/pets?other=1", "GET", "query parameter 'other' does not exist in the specification", [("X-Trace", Trace)]);
        await ShouldSay(strict, "/pets", "GET", "header 'X-Other' does not exist in the specification", [("X-Trace", Trace), ("X-Other", "1")]);
    }

    [Fact]
    public async Task Each_check_may_be_left_out()
    {
        var none = Verbose with { ValidateRequestBody = false, ValidateRequestHeaderParams = false, ValidateRequestQueryParams = false, ValidateRequestUriParams = false };
        await ShouldSay(none, "/pets?limit=x", "GET", null);
        await ShouldSay(none, "/pets/x", "DELETE", null);
        await ShouldSay(none, "/pets", "POST", null, body: "{"u8.ToArray());
    }

    [Fact]
    public async Task Dry_failures_pass() => await ShouldSay(Verbose with { NotifyOnlyRequestValidationFailure = true }, "/nowhere", "GET", null);

    [Theory]
    [InlineData(200, "application/json", """[{"id":1,"name":"a"}]""", null)]
    [InlineData(200, "application/json", """[{"name":"a"}]""", "response body validation failed with error: /0: must have the member 'id'")]
    [InlineData(200, "application/json", "oops", "the body is not valid JSON")]
    [InlineData(200, "text/html", "<p>", "the content type 'text/html' of the response does not exist in the specification")]
    [InlineData(404, "text/html", "<p>", null)]
    [InlineData(500, "text/html", "<p>", "the status 500 does not exist in the specification")]
    public async Task Responses_are_checked(int status, string type, string body, string? message)
    {
        var config = Verbose with { ValidateResponseBody = true };
        var result = await Respond(config, status, type, body);
        result.Status.ShouldBe(message is null ? status : 406);
        if (message is null) result.Body.ShouldBe(body);
        else result.Body.ShouldContain(message);
        (await Respond(config with { NotifyOnlyResponseBodyValidationFailure = true }, status, type, body)).Body.ShouldBe(body);
        (await Respond(Verbose, status, type, body)).Body.ShouldBe(body);
        if (message is not null) (await Respond(config with { VerboseResponse = false }, status, type, body)).Body.ShouldContain("response doesn't conform to schema");
    }

    [Fact]
    public void A_broken_document_is_refused_when_the_configuration_is_read()
    {
        var problems = Files.Problems("""
            _format_version: '3.0'
            plugins:
            - name: oas-validation
              config:
                api_spec: |
                  openapi: 3.0.0
                  paths: {/a: {get: {responses: {200: {content: {application/json: {schema: {type: strung}}}}}}}}
            """);
        var problem = problems.ShouldHaveSingleItem().ToString();
        problem.ShouldContain("api_spec");
        problem.ShouldContain("/paths/~1a/get/responses/200/content/application~1json/schema/type: 'strung' is no type");
        Files.Problems("_format_version: '3.0'\nplugins: [{name: oas-validation}]").ShouldHaveSingleItem().ToString().ShouldContain("required field missing");
    }

    [Fact]
    public async Task Random_requests_never_fail_with_a_500()
    {
        var random = new Random(11);
        var harness = new PluginHarness().Use("oas-validation", Verbose with { QueryParameterCheck = true });
        string[] pieces = ["/pets", "/", "?", "limit", "=", "&", "filter[", "]", "%", "%7B", "{\"a\":", "\\ud800", "}", ",", "tags=", "where=", "\"", "[", "name", "1", "\u00e4", "null"];
        string[] types = ["application/json", "multipart/form-data; boundary=b", "application/x-www-form-urlencoded", "text/plain", ";;"];
        for (var i = 0; i < 3000; i++)
        {
            var target = "/pets" + (random.Next(2) == 0 ? "?" : "") + string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => pieces[random.Next(pieces.Length)])).Replace("#", "", StringComparison.Ordinal);
            var body = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => pieces[random.Next(pieces.Length)])));
            (await harness.SendAsync(target, random.Next(2) == 0 ? "GET" : "POST", [("Content-Type", types[random.Next(types.Length)]), ("X-Trace", Trace)], body)).Status.ShouldNotBe(500);
        }
    }

    private static Task<PluginResult> Respond(OasValidationConfig config, int status, string type, string body)
    {
        var harness = new PluginHarness().Use("oas-validation", config);
        harness.Upstream = exchange =>
        {
            exchange.Response.StatusCode = status;
            exchange.Response.ContentType = type;
            return Encoding.UTF8.GetBytes(body);
        };
        return harness.SendAsync("/pets", headers: [("X-Trace", Trace)]);
    }

    private static async Task ShouldSay(OasValidationConfig config, string target, string method, string? message, (string Name, string Value)[]? headers = null, byte[]? body = null)
    {
        var result = await new PluginHarness().Use("oas-validation", config).SendAsync(target, method, headers, body);
        if (message is null) result.Answer.ShouldBeNull(result.Answer?.Error?.Message);
        else result.Answer.ShouldNotBeNull().Error!.Message.ShouldContain(message);
        result.Status.ShouldBe(message is null ? 200 : 400);
    }
}

using System.Text.Json.Nodes;
using Sluice.Gateway.Plugins.OpenApi;

namespace Sluice.Gateway.Tests.Plugins.OpenApi;

public sealed class OpenApiReaderTests
{
    [Theory]
    [InlineData("{}", "/openapi: is missing")]
    [InlineData("{swagger: '2.0'}", "/swagger: Swagger 2.0 is not supported")]
    [InlineData("{openapi: 3.2.0}", "/openapi: '3.2.0' is not supported")]
    [InlineData("{openapi: 3.0.3}", "/paths: must be an object")]
    [InlineData("{openapi: 3.0.3, paths: {pets: {}}}", "/paths/pets: a path must start with '/'")]
    [InlineData("{openapi: 3.0.3, paths: {'/a/{b': {}}}", "/paths/~1a~1{b: a path must start")]
    [InlineData("{openapi: 3.0.3, paths: {/a: {get: 1}}}", "/paths/~1a/get: must be an object")]
    [InlineData("{openapi: 3.0.3, paths: {/a: {get: {}}}}", "/paths/~1a/get/responses: must be an object")]
    [InlineData("{openapi: 3.0.3, paths: {/a: {get: {responses: {ok: {}}}}}}", "/paths/~1a/get/responses/ok: must be a status")]
    [InlineData("{openapi: 3.0.3, paths: {/a: {get: {parameters: [{name: x, in: body}], responses: {}}}}}", "/paths/~1a/get/parameters/0/in: must be path, query, header or cookie")]
    [InlineData("{openapi: 3.0.3, paths: {/a: {get: {parameters: [{name: x, in: query}], responses: {}}}}}", "/paths/~1a/get/parameters/0: must have a 'schema' or a 'content'")]
    [InlineData("{openapi: 3.0.3, paths: {/a: {get: {parameters: [{name: x, in: query, style: matrix, schema: {}}], responses: {}}}}}", "/paths/~1a/get/parameters/0/style: must be one of form,")]
    [InlineData("{openapi: 3.0.3, paths: {/a: {get: {parameters: [{$ref: '#/components/parameters/x'}], responses: {}}}}}", "/paths/~1a/get/parameters/0/$ref: refers to '#/components/parameters/x', where there is nothing")]
    [InlineData("{openapi: 3.0.3, paths: {/a: {get: {parameters: [{$ref: 'other.yaml#/x'}], responses: {}}}}}", "nothing is fetched")]
    [InlineData("{openapi: 3.0.3, paths: {/a: {$ref: '#/paths/~1a'}}}", "refers to itself")]
    [InlineData("{openapi: 3.0.3, paths: {/a: {get: {responses: {200: {content: {json: {}}}}}}}}", "/paths/~1a/get/responses/200/content/json: 'json' is no media type")]
    [InlineData("{openapi: 3.0.3, paths: {/a: {get: {responses: {200: {content: {a/b: {schema: {type: x}}}}}}}}}", "/paths/~1a/get/responses/200/content/a~1b/schema/type: 'x' is no type")]
    [InlineData("{openapi: 3.1.0, paths: {/a: {post: {requestBody: {content: {a/b: {schema: {$ref: '#/components/schemas/P'}}}}}}}, components: {schemas: {P: {minLength: -1}}}}", "/components/schemas/P/minLength: must be a whole number")]
    public void What_is_wrong_is_told_with_its_pointer(string yaml, string problem)
    {
        var (document, problems) = Read(yaml);
        document.ShouldBeNull();
        problems.ShouldContain(p => p.Contains(problem, StringComparison.Ordinal), string.Join('\n', problems));
    }

    [Fact]
    public void All_problems_are_told_at_once() =>
        Read("{openapi: 3.0.3, paths: {a: {}, /b: {get: {}}, /c: {put: 1}}}").Problems.Count.ShouldBe(3);

    [Theory]
    [InlineData("/pets/mine", "/pets/mine")]
    [InlineData("/pets/7", "/pets/{id}")]
    [InlineData("/pets/7.json", "/pets/{id}.json")]
    [InlineData("/pets/7/toys/x", "/pets/{id}/toys/{toy}")]
    [InlineData("/pets/mine/toys/x", "/pets/mine/toys/{toy}")]
    [InlineData("/a%20b", "/a b")]
    [InlineData("/pets/", null)]
    [InlineData("/pets/7/", null)]
    [InlineData("/pets", null)]
    [InlineData("/", "/")]
    public void The_most_concrete_path_is_found(string path, string? template)
    {
        const string paths = "/: {get: {}}, /pets/{id}: {get: {}}, /pets/{id}.json: {get: {}}, '/pets/{id}/toys/{toy}': {get: {}}, /pets/mine: {get: {}}, '/pets/mine/toys/{toy}': {get: {}}, '/a b': {get: {}}";
        var document = Read($"{{openapi: 3.1.0, paths: {{{paths.Replace("/pets/{id}:", "'/pets/{id}':", StringComparison.Ordinal).Replace("/pets/{id}.json:", "'/pets/{id}.json':", StringComparison.Ordinal)}}}}}").Document.ShouldNotBeNull();
        document.Find(path, "GET", [""], out var known)?.Path.Template.Text.ShouldBe(template);
        known.ShouldBe(template is not null);
    }

    [Fact]
    public void Paths_stand_under_those_of_the_servers()
    {
        var document = Read("{openapi: 3.1.0, servers: [{url: 'https://a.test/v1/'}, {url: '/{v}', variables: {v: {default: v2}}}, {url: 'https://b.test'}], paths: {/pets: {get: {}}}}").Document!;
        document.BasePaths.ShouldBe(["/v1", "/v2", ""]);
        var under = OpenApiPaths.Under(document, includeBasePath: true, custom: null);
        foreach (var path in (string[])["/v1/pets", "/v2/pets", "/pets"]) document.Find(path, "GET", under, out _).ShouldNotBeNull(path);
        document.Find("/v1pets", "GET", under, out _).ShouldBeNull();
        document.Find("/v1/pets", "GET", OpenApiPaths.Under(document, false, null), out _).ShouldBeNull();
        document.Find("/api/pets", "GET", OpenApiPaths.Under(document, true, "/api/"), out _).ShouldNotBeNull();
        document.Find("/pets", "POST", under, out var known).ShouldBeNull();
        known.ShouldBeTrue();
    }

    [Fact]
    public void A_document_may_be_encoded_or_in_a_file()
    {
        const string yaml = "openapi: 3.0.0\npaths: {}\n";
        OpenApiText.Read(yaml, null, encoded: true).Root.ShouldNotBeNull();
        OpenApiText.Read(Uri.EscapeDataString(yaml), null, encoded: true).Root!["openapi"]!.ToString().ShouldBe("3.0.0");
        OpenApiText.Read("{\"openapi\":\"3.0.0\",\"x\":\"100%25\"}", null, encoded: true).Root!["x"]!.ToString().ShouldBe("100%25");
        OpenApiText.Read("{\"openapi\":", null, encoded: true).Problem.ShouldNotBeNull().ShouldStartWith("line 1");
        OpenApiText.Read("a: [", null, encoded: true).Problem.ShouldNotBeNull();
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, yaml);
            OpenApiText.Read(null, file, encoded: true).Root.ShouldNotBeNull();
        }
        finally
        {
            File.Delete(file);
        }

        OpenApiText.Read(null, file, encoded: true).Problem.ShouldNotBeNull().ShouldContain("cannot be read");
    }

    private static (OpenApiDocument? Document, IReadOnlyList<string> Problems) Read(string yaml)
    {
        var (root, problem) = OpenApiText.Read(yaml.StartsWith("{}", StringComparison.Ordinal) ? "a: b" : "# yaml\n" + yaml, null, encoded: false);
        problem.ShouldBeNull();
        return OpenApiReader.Read((JsonObject)root!);
    }
}

using System.Text;
using Sluice.Gateway.Plugins.OpenApi;

namespace Sluice.Fuzz.Targets;

/// <summary>OpenAPI documents, JSON or YAML. One that is refused says why; one that is taken can be looked up in.</summary>
internal sealed class OpenApiTarget() : FuzzTarget("openapi")
{
    public override IReadOnlyList<byte[]> Pieces { get; } = AllOf(
        "openapi: 3.1.0", "paths:", "/a/{b}:", "{b}{c}", "get:", "parameters:", "- {name: x, in: query, schema: {}}", "$ref: '#/paths'", "$ref: '#/components/schemas/A'", "schema: {type: object}", "readOnly: true",
        "required: [a]", "content:", "application/json:", "responses:", "'200':", "style: deepObject", "explode: true", "servers: [{url: '/{v}', variables: {v: {default: x}}}]", "&a", "*a", "\n  ", ": ", "{", "}", "[", "]");

    protected override IEnumerable<byte[]> Samples => AllOf(
        "openapi: 3.0.3\nservers: [{url: 'https://a.test/v1'}]\npaths:\n  /a/{b}:\n    parameters: [{name: b, in: path, required: true, schema: {type: integer}}]\n    get:\n      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}}\ncomponents:\n  schemas:\n    A: {type: object, required: [x], properties: {x: {type: string, readOnly: true}, y: {$ref: '#/components/schemas/A'}}}\n",
        "{\"openapi\":\"3.1.0\",\"paths\":{\"/a.{b}\":{\"post\":{\"requestBody\":{\"content\":{\"*/*\":{\"schema\":{\"type\":[\"string\",\"null\"]}}}},\"responses\":{\"2XX\":{},\"default\":{}}}}}}");

    protected override void Run(byte[] input)
    {
        var (root, problem) = OpenApiText.Read(Encoding.UTF8.GetString(input), null, encoded: true);
        (root is null).ShouldBe(problem is not null, "a problem exactly where there is no document");
        if (root is null) return;
        var (document, problems) = OpenApiReader.Read(root);
        (document is null).ShouldBe(problems.Count > 0, "problems exactly where there is no document");
        foreach (var path in (string[])["/a/1", "/a.x", "/", "", "/v1/a/%"]) document?.Find(path, "GET", OpenApiPaths.Under(document, true, null), out _);
    }
}

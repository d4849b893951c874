using System.Text.Json.Nodes;

namespace Sluice.Control.Tests.ConfigApi;

public sealed class OpenApiTests
{
    [Fact]
    public async Task The_document_has_what_is_mapped_and_refers_to_what_it_has()
    {
        await using var app = await ConfigApp.StartAsync();
        using var answer = await app.RawAsync("GET", "/api/v1/openapi.json");
        var document = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        ((string)document["openapi"]!).ShouldBe("3.1.0");
        var paths = document["paths"]!.AsObject();
        foreach (var path in (string[])["config/routes", "config/routes/{id}/enable", "config/services/{id}/endpoints/{endpoint_id}", "config/releases/{number}/rollback", "health/circuit-breakers", "explain", "openapi.json"])
            paths.ShouldContainKey("/api/v1/" + path);
        paths["/api/v1/config/routes/{id}"]!.AsObject().Select(o => o.Key).ShouldBe(["get", "put", "patch", "delete"], ignoreOrder: true);
        document["components"]!["schemas"]!["routes"]!["properties"]!["path"].ShouldNotBeNull();

        var operations = paths.SelectMany(p => p.Value!.AsObject()).Select(o => o.Value!).ToList();
        operations.Select(o => (string)o["operationId"]!).ShouldBeUnique();
        operations.ShouldAllBe(o => ((string)o["summary"]!).Length > 0);
        var references = System.Text.RegularExpressions.Regex.Matches(document.ToJsonString(), "\"\\$ref\":\"#/components/schemas/([^\"]+)\"").Select(m => m.Groups[1].Value).Distinct();
        foreach (var reference in references)
            document["components"]!["schemas"]![reference].ShouldNotBeNull(reference);
    }

    [Fact]
    public async Task The_page_needs_nothing_from_elsewhere()
    {
        await using var app = await ConfigApp.StartAsync();
        using var answer = await app.RawAsync("GET", "/api/v1/docs");
        var page = await answer.Content.ReadAsStringAsync();
        page.ShouldContain("/api/v1/config/routes/{id}/disable");
        page.ShouldNotContain("http://");
        page.ShouldNotContain("https://");
        page.ShouldNotContain("<script");
    }

    [Theory]
    [InlineData("GET", "/api/v2/config/routes", 400, "UNSUPPORTED_VERSION")]
    [InlineData("POST", "/api/x", 400, "UNSUPPORTED_VERSION")]
    [InlineData("GET", "/api/v1/nothing", 404, "NOT_FOUND")]
    [InlineData("DELETE", "/api/v1/config/routes", 405, "METHOD_NOT_ALLOWED")]
    public async Task Addresses_that_are_none_are_told_in_the_envelope(string method, string path, int status, string code)
    {
        await using var app = await ConfigApp.StartAsync();
        using var answer = await app.RawAsync(method, path);
        ((int)answer.StatusCode).ShouldBe(status);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        ((string)body["error"]!["code"]!).ShouldBe(code);
        body["success"]!.GetValue<bool>().ShouldBeFalse();
    }
}

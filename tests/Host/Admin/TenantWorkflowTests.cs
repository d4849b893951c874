using System.Text;
using System.Text.Json.Nodes;

namespace Sluice.Host.Tests.Admin;

/// <summary>Tenants and their workflows through the whole admin listener: what is theirs works, and what is not is not there.</summary>
public sealed class TenantWorkflowTests
{
    private const string Document = """{"name": "NAME", "nodes": [{"name": "Start", "type": "manual-trigger"}, {"name": "Set", "type": "set", "parameters": {"assignments": {"assignments": [{"name": "text", "value": "={{ `${$json.a}` }}", "type": "string"}]}}}], "connections": {"Start": {"main": [[{"node": "Set", "type": "main", "index": 0}]]}}}""";

    [Fact]
    public async Task A_tenant_makes_changes_runs_and_deletes_workflows_of_its_own()
    {
        await using var surface = await AdminSurface.StartAsync();
        var made = await AsAsync(surface, "acme", 201, "POST", "workflows", Document.Replace("NAME", "mine", StringComparison.Ordinal));
        ((string)made["tenant"]!).ShouldBe("acme");
        made["tags"]!.ToJsonString().ShouldBe("""["tenant:acme"]""");
        // A document alone has tags of its own kind.
        ((string)(await AsAsync(surface, "acme", 200, "PUT", "workflows/mine", Document.Replace("NAME", "mine", StringComparison.Ordinal).Replace("\"nodes\"", "\"tags\": [{\"name\": \"x\"}], \"settings\": {\"timezone\": \"Europe/Berlin\"}, \"nodes\"", StringComparison.Ordinal)))["tenant"]!).ShouldBe("acme");
        (await surface.SendAsync("PUT", "/api/v1/workflows/mine", "acme", Encoding.UTF8.GetBytes(Document.Replace("NAME", "mine", StringComparison.Ordinal).Replace("\"nodes\"", "\"tags\": [\"tenant:other\"], \"nodes\"", StringComparison.Ordinal)), "application/json")).Status.ShouldBe(403);
        ((bool)(await AsAsync(surface, "acme", 200, "POST", "workflows/mine/deactivate"))["enabled"]!).ShouldBeFalse();
        ((bool)(await AsAsync(surface, "acme", 200, "POST", "workflows/mine/activate"))["enabled"]!).ShouldBeTrue();
        var versions = (await AsAsync(surface, "acme", 200, "GET", "workflows/mine/versions"))["versions"]!.AsArray();
        versions.Count.ShouldBe(4);
        await AsAsync(surface, "acme", 200, "GET", $"workflows/mine/versions/{versions[^1]!["release"]}");
        await AsAsync(surface, "acme", 200, "POST", $"workflows/mine/versions/{versions[^1]!["release"]}/restore");
        (await surface.SendAsync("GET", "/api/v1/workflows/mine/export", "acme")).Status.ShouldBe(200);
        var run = await AsAsync(surface, "acme", 200, "POST", "workflows/mine/run", """{"input": {"a": 1}, "wait": true}""");
        ((string)run["status"]!).ShouldBe("succeeded");
        ((string)run["tenant"]!).ShouldBe("acme");
        (await AsAsync(surface, "acme", 200, "GET", "executions?workflow=mine")).AsArray().Count.ShouldBe(1);
        await AsAsync(surface, "acme", 200, "GET", $"executions/{run["id"]}");
        (await surface.SendAsync("DELETE", $"/api/v1/executions/{run["id"]}", "acme")).Status.ShouldBe(204);
        (await surface.SendAsync("DELETE", "/api/v1/workflows/mine", "acme")).Status.ShouldBe(204);
    }

    [Fact]
    public async Task What_another_tenant_or_nobody_has_is_not_there()
    {
        await using var surface = await AdminSurface.StartAsync();
        var ids = new List<(string Workflow, string Run)>();
        foreach (var (name, tags) in ((string, string)[])[("theirs", """["tenant:other"]"""), ("nobodys", "[]")])
        {
            var made = await AsAsync(surface, "Admin", 201, "POST", "workflows", $$"""{"name": "{{name}}", "tags": {{tags}}, "document": {{Document.Replace("NAME", name, StringComparison.Ordinal)}} }""");
            var run = await AsAsync(surface, "Admin", 200, "POST", $"workflows/{name}/run", """{"wait": true}""");
            ids.Add(((string)made["id"]!, (string)run["id"]!));
            ids.Add((name, (string)run["id"]!));
        }

        var release = surface.Releases.Current.Release.Number;
        foreach (var (workflow, run) in ids)
        {
            foreach (var (method, path) in ((string, string)[])
                     [
                         ("GET", $"workflows/{workflow}"), ("PUT", $"workflows/{workflow}"), ("PATCH", $"workflows/{workflow}"), ("DELETE", $"workflows/{workflow}"), ("GET", $"workflows/{workflow}/export"),
                         ("POST", $"workflows/{workflow}/activate"), ("POST", $"workflows/{workflow}/deactivate"), ("GET", $"workflows/{workflow}/versions"), ("GET", $"workflows/{workflow}/versions/{release}"),
                         ("POST", $"workflows/{workflow}/versions/{release}/restore"), ("POST", $"workflows/{workflow}/run"), ("POST", $"workflows/{workflow}/test-webhook"),
                         ("GET", $"executions/{run}"), ("GET", $"executions/{run}/events"), ("POST", $"executions/{run}/retry"), ("POST", $"executions/{run}/cancel"), ("DELETE", $"executions/{run}"),
                     ])
            {
                var (status, body) = await surface.SendAsync(method, "/api/v1/" + path, "acme", method is "GET" or "DELETE" ? null : "{}"u8.ToArray(), "application/json");
                status.ShouldBe(404, $"{method} {path}: {body}");
                body.ShouldNotContain("Set", Case.Sensitive);
            }
        }

        surface.Releases.Current.Release.Number.ShouldBe(release);
        foreach (var filter in (string[])["", "?workflow=theirs", "?tenant=other", "?q=theirs", $"?parent={ids[0].Run}", "?status=succeeded"])
            (await AsAsync(surface, "acme", 200, "GET", "executions" + filter)).AsArray().ShouldBeEmpty(filter);
        foreach (var filter in (string[])["", "?q=theirs", "?tags=tenant:other"])
            (await AsAsync(surface, "acme", 200, "GET", "workflows" + filter)).AsArray().ShouldBeEmpty(filter);
        (await surface.SendAsync("GET", "/metrics", "acme")).Status.ShouldBe(403);
    }

    [Theory]
    [InlineData("workflows", """{"name": "x", "tags": ["tenant:other"], "document": {"nodes": []}}""")]
    [InlineData("workflows", """{"name": "x", "tags": ["tenant:other", "tenant:acme"], "document": {"nodes": []}}""")]
    [InlineData("workflows", """{"name": "x", "tags": ["tenant:acme", "tenant:other"], "document": {"nodes": []}}""")]
    [InlineData("config/routes", """{"name": "x", "paths": ["/x"], "workflow": "theirs"}""")]
    [InlineData("config/routes", """{"name": "x", "paths": ["/x"], "workflow": "nobodys"}""")]
    [InlineData("config/routes", """{"name": "x", "paths": ["/x"], "workflow_calls": true}""")]
    [InlineData("config/routes", """{"name": "x", "paths": ["/hooks/theirs"], "workflow": "mine"}""")]
    [InlineData("config/routes", """{"name": "x", "paths": ["/hooks/theirs/deeper"], "workflow": "mine"}""")]
    [InlineData("config/routes", """{"name": "x", "paths": ["/"], "methods": ["POST"], "workflow": "mine"}""")]
    [InlineData("config/routes", """{"name": "x", "paths": ["~/hooks/.*"], "workflow": "mine"}""")]
    [InlineData("config/routes", """{"name": "x", "paths": ["~/a|/hooks/theirs"], "workflow": "mine"}""")]
    [InlineData("config/routes", """{"name": "x", "hosts": ["*.test"], "workflow": "mine"}""")]
    public async Task What_would_reach_into_another_tenants_is_refused(string path, string body)
    {
        await using var surface = await WithTwoTenantsAsync();
        var release = surface.Releases.Current.Release.Number;
        var (status, answer) = await surface.SendAsync("POST", "/api/v1/" + path, "acme", Encoding.UTF8.GetBytes(body), "application/json");
        status.ShouldBe(403, answer);
        answer.ShouldContain("OUT_OF_SCOPE");
        surface.Releases.Current.Release.Number.ShouldBe(release);
    }

    [Theory]
    [InlineData("""{"name": "x", "paths": ["/hooks/mine"], "workflow": "mine"}""")]
    [InlineData("""{"name": "x", "paths": ["/hooks/theirs"], "hosts": ["acme.example.com"], "workflow": "mine"}""")]
    [InlineData("""{"name": "x", "paths": ["~/hooks/mine/\\d+$"], "workflow": "mine"}""")]
    public async Task Routes_beside_those_of_others_are_not(string body)
    {
        await using var surface = await WithTwoTenantsAsync();
        var (status, answer) = await surface.SendAsync("POST", "/api/v1/config/routes", "acme", Encoding.UTF8.GetBytes(body), "application/json");
        status.ShouldBe(201, answer);
    }

    [Fact]
    public async Task A_tag_of_another_tenant_cannot_be_put_on_and_a_second_one_of_ones_own_does_not_help()
    {
        await using var surface = await WithTwoTenantsAsync();
        foreach (var tags in (string[])["[]", "[\"tenant:other\"]", "[\"tenant:other\", \"tenant:acme\"]"])
            (await surface.SendAsync("PATCH", "/api/v1/workflows/mine", "acme", Encoding.UTF8.GetBytes($$"""{"tags": {{tags}} }"""), "application/json")).Status.ShouldBe(403, tags);
        // Tagged for both by somebody who may: it runs for the first, so it is the first one's.
        await AsAsync(surface, "Admin", 200, "PATCH", "workflows/theirs", """{"tags": ["tenant:other", "tenant:acme"]}""");
        (await surface.SendAsync("GET", "/api/v1/workflows/theirs", "acme")).Status.ShouldBe(404);
        (await surface.SendAsync("POST", "/api/v1/workflows/theirs/run", "acme", "{}"u8.ToArray(), "application/json")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Runs_of_a_tenant_reach_neither_this_machine_nor_the_operators_connections_nor_files()
    {
        await using var surface = await AdminSurface.StartAsync();
        await AsAsync(surface, "Admin", 201, "PUT", "connections/crm", """{"kind": "bearer", "fields": {"token": "the operator's"}}""");
        var call = """{"name": "NAME", "nodes": [{"name": "Start", "type": "manual-trigger"}, {"name": "Call", "type": "http-request", "parameters": PARAMETERS, "credentials": {"httpBearerAuth": {"name": "crm"}}}], "connections": {"Start": {"main": [[{"node": "Call", "type": "main", "index": 0}]]}}}""";
        await AsAsync(surface, "acme", 201, "POST", "workflows", call.Replace("NAME", "local", StringComparison.Ordinal).Replace("PARAMETERS", $$"""{"url": "{{surface.Address}}"}""", StringComparison.Ordinal));
        await AsAsync(surface, "acme", 201, "POST", "workflows", call.Replace("NAME", "borrows", StringComparison.Ordinal).Replace("PARAMETERS", """{"url": "http://1.1.1.1/", "authentication": "genericCredentialType", "genericAuthType": "httpBearerAuth"}""", StringComparison.Ordinal));
        (await AsAsync(surface, "acme", 200, "POST", "workflows/local/run", """{"wait": true}"""))["error"]!["message"]!.ToString().ShouldContain("is not a public address");
        (await AsAsync(surface, "acme", 200, "POST", "workflows/borrows/run", """{"wait": true}"""))["error"]!["message"]!.ToString().ShouldContain("there is no connection 'crm'");
        var wsdl = """{"name": "w", "nodes": [{"name": "Start", "type": "manual-trigger"}, {"name": "Soap", "type": "soap", "parameters": {"wsdl": "FILE", "operation": "x"}}], "connections": {"Start": {"main": [[{"node": "Soap", "type": "main", "index": 0}]]}}}""";
        foreach (var file in (string[])["/etc/passwd", "passwd", "../../../../etc/passwd"])
            (await surface.SendAsync("POST", "/api/v1/workflows", "acme", Encoding.UTF8.GetBytes(wsdl.Replace("FILE", file, StringComparison.Ordinal)), "application/json")).Body.ShouldContain("only a workflow in a file can name one");
    }

    private static async Task<AdminSurface> WithTwoTenantsAsync()
    {
        var surface = await AdminSurface.StartAsync();
        await surface.ApplyAsync("""
            _format_version: "3.0"
            routes:
            - {name: theirs, paths: [/hooks/theirs], hosts: [api.test], workflow: theirs, tags: [tenant:other]}
            - {name: theirs-anywhere, paths: [/elsewhere], workflow: theirs, tags: [tenant:other]}
            - {name: nobodys, paths: [/], workflow: nobodys}
            workflows:
            - {name: theirs, tags: [tenant:other], document: {nodes: [{name: Hook, type: webhook}]}}
            - {name: nobodys, document: {nodes: [{name: Hook, type: webhook}]}}
            - {name: mine, tags: [tenant:acme], document: {nodes: [{name: Hook, type: webhook}]}}
            """);
        return surface;
    }

    private static async Task<JsonNode> AsAsync(AdminSurface surface, string who, int expected, string method, string path, string? body = null)
    {
        var (status, answer) = await surface.SendAsync(method, "/api/v1/" + path, who, body is null ? null : Encoding.UTF8.GetBytes(body), "application/json");
        status.ShouldBe(expected, $"{method} {path}: {answer}");
        return JsonNode.Parse(answer.Split('\n')[0])!["data"]!;
    }
}

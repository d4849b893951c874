using System.Text;
using System.Text.Json.Nodes;

namespace Sluice.Host.Tests.Admin;

/// <summary>Connections through the whole admin listener: who sees and changes which, and that nothing secret comes out.</summary>
public sealed class ConnectionsTests
{
    private const string Basic = """{"kind": "basic-auth", "fields": {"user": "ann", "password": "correct horse battery"}}""";

    [Fact]
    public async Task What_is_secret_goes_in_and_never_comes_out()
    {
        await using var surface = await AdminSurface.StartAsync();
        (await PutAsync(surface, "crm", "Operator", Basic)).ShouldContain("201");
        (await PutAsync(surface, "crm", "Operator", """{"kind": "basic-auth", "fields": {"user": "bob"}}""")).ShouldContain("200");
        foreach (var who in (string[])["Viewer", "Operator", "Admin"])
        {
            var (status, body) = await surface.SendAsync("GET", "/api/v1/connections/crm", who);
            status.ShouldBe(200);
            JsonNode.Parse(body)!["data"]!["fields"]!.ToJsonString().ShouldBe("""{"user":"bob","password":"***"}""");
        }

        (await PutAsync(surface, "crm", "Viewer", Basic)).ShouldContain("403");
        (await PutAsync(surface, "crm", "Admin", """{"kind": "bearer", "fields": {"token": "t"}}""")).ShouldContain("the connection 'crm' is of the kind basic-auth");
        (await PutAsync(surface, "a b", "Admin", Basic)).ShouldContain("400");
        (await PutAsync(surface, "other", "Admin", """{"kind": "basic-auth", "fields": {"usr": 1}}""")).ShouldContain("fields.usr");
        (await surface.SendAsync("GET", "/api/v1/connections/none", "Viewer")).Status.ShouldBe(404);
        (await surface.SendAsync("POST", "/api/v1/connections/crm/authorize", "Admin")).Status.ShouldBe(409);
        (await surface.SendAsync("GET", "/api/v1/audit", "Admin")).Body.ShouldNotContain("battery");
        surface.Log.ShouldNotContain("battery");
        (await surface.SendAsync("DELETE", "/api/v1/connections/crm", "Operator")).Status.ShouldBe(204);
        (await surface.SendAsync("GET", "/api/v1/connections", "Viewer")).Body.ShouldContain("\"total\":0");
    }

    [Fact]
    public async Task Who_is_limited_to_a_tenant_has_its_connections_only()
    {
        await using var surface = await AdminSurface.StartAsync();
        await PutAsync(surface, "crm", "Admin", Basic);
        (await PutAsync(surface, "crm", "acme", Basic)).ShouldContain("\"tenant\":\"acme\"");
        (await PutAsync(surface, "crm?tenant=other", "acme", Basic)).ShouldContain("403");
        (await PutAsync(surface, "shared", "acme", Basic.Replace("}}", "}, \"shared\": true}", StringComparison.Ordinal))).ShouldContain("403");
        (await PutAsync(surface, "steal", "acme", Basic.Replace("ann", "{vault://env/PATH}", StringComparison.Ordinal))).ShouldContain("may be written only by somebody without limits");
        (await surface.SendAsync("GET", "/api/v1/connections", "acme")).Body.ShouldContain("\"total\":1");
        (await surface.SendAsync("GET", "/api/v1/connections", "Admin")).Body.ShouldContain("\"total\":2");
        (await surface.SendAsync("GET", "/api/v1/connections?tenant=acme", "Admin")).Body.ShouldContain("\"total\":1");
        (await surface.SendAsync("DELETE", "/api/v1/connections/crm", "acme")).Status.ShouldBe(204);
        (await surface.SendAsync("GET", "/api/v1/connections/crm", "Admin")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_callback_that_was_not_begun_here_does_nothing()
    {
        await using var surface = await AdminSurface.StartAsync();
        var (status, body) = await surface.SendAsync("GET", "/api/v1/connections/oauth2/callback?code=1&state=<script>", "nobody");
        status.ShouldBe(400);
        body.ShouldContain("this was not begun here");
        (await surface.SendAsync("GET", "/api/v1/connections/oauth2/callback?error=<script>", "nobody")).Body.ShouldContain("&lt;script&gt;");
    }

    private static async Task<string> PutAsync(AdminSurface surface, string name, string who, string body)
    {
        var (status, answer) = await surface.SendAsync("PUT", "/api/v1/connections/" + name, who, Encoding.UTF8.GetBytes(body), "application/json");
        return $"{status} {answer}";
    }
}

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

    [Fact]
    public async Task Only_the_browser_that_began_an_authorization_finishes_it()
    {
        await using var surface = await AdminSurface.StartAsync();
        (await PutAsync(surface, "mail", "Operator", """{"kind": "oauth2", "fields": {"grant": "authorization_code", "token_url": "http://127.0.0.1:9/token", "authorization_url": "https://login.example.com/agree", "client_id": "me"}}""")).ShouldContain("201");
        using var handler = new SocketsHttpHandler { UseCookies = false };
        using var http = new HttpClient(handler) { BaseAddress = surface.Address };
        using var begin = new HttpRequestMessage(HttpMethod.Post, "/api/v1/connections/mail/authorize");
        begin.Headers.Add("Authorization", "Bearer " + surface.Tokens["Operator"]);
        using var begun = await http.SendAsync(begin, TestContext.Current.CancellationToken);
        var cookie = begun.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem();
        foreach (var attribute in (string[])["httponly", "samesite=lax", "path=/api/v1/connections/oauth2/callback", "max-age=600"]) cookie.ShouldContain(attribute, Case.Insensitive);
        // The listener speaks plain HTTP here.
        cookie.ShouldNotContain("secure", Case.Insensitive);
        var url = (string)JsonNode.Parse(await begun.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["data"]!["url"]!;
        var state = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(new Uri(url).Query)["state"].ToString();

        (await FinishAsync(null)).ShouldContain("begun in another browser");
        (await FinishAsync("sluice_oauth2_00000000=" + new string('A', 43))).ShouldContain("begun in another browser");
        // With it, it goes on to ask the server for tokens, which is not there.
        var own = await FinishAsync("a=b; sluice_oauth2_00000000=x; " + cookie.Split(';')[0]);
        own.ShouldNotContain("begun in another browser");
        own.ShouldContain("It was not done");

        async Task<string> FinishAsync(string? cookies)
        {
            using var finish = new HttpRequestMessage(HttpMethod.Get, "/api/v1/connections/oauth2/callback?code=1&state=" + state);
            if (cookies is not null) finish.Headers.Add("Cookie", cookies);
            using var answer = await http.SendAsync(finish, TestContext.Current.CancellationToken);
            ((int)answer.StatusCode).ShouldBe(400);
            return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        }
    }

    private static async Task<string> PutAsync(AdminSurface surface, string name, string who, string body)
    {
        var (status, answer) = await surface.SendAsync("PUT", "/api/v1/connections/" + name, who, Encoding.UTF8.GetBytes(body), "application/json");
        return $"{status} {answer}";
    }
}

using System.Net.Http.Headers;
using System.Text;
using Sluice.Control.Identity;
using Sluice.Foundation.Storage;

namespace Sluice.Control.Tests.Identity;

/// <summary>Whatever a client sends, the answer says what is wrong with it, and is never a failure of the gateway.</summary>
public sealed class MalformedBodyTests
{
    private static readonly (string Method, string Path, string Valid)[] Endpoints =
    [
        ("POST", "/api/v1/auth/login", """{"username":"alice","password":"correct horse","code":"123456"}"""),
        ("POST", "/api/v1/auth/setup", """{"token":"x","username":"root","password":"correct horse"}"""),
        ("POST", "/api/v1/auth/password", """{"password":"correct horse","new_password":"another horse"}"""),
        ("POST", "/api/v1/auth/totp", """{"password":"correct horse"}"""),
        ("POST", "/api/v1/auth/totp/confirm", """{"code":"123456"}"""),
        ("POST", "/api/v1/auth/totp/remove", """{"password":"correct horse"}"""),
        ("POST", "/api/v1/auth/logout", "{}"),
        ("POST", "/api/v1/users", """{"username":"bob","password":"correct horse","role":"viewer","scopes":["tenant:acme"]}"""),
        ("PATCH", "/api/v1/users/carol", """{"role":"viewer","scopes":[],"disabled":false,"remove_second_factor":true}"""),
        ("POST", "/api/v1/tokens", """{"name":"ci","role":"viewer","scopes":["tenant:acme"],"expires_in":3600}"""),
    ];

    private static readonly string[] Nasty =
    [
        "", " ", "null", "[]", "\"x\"", "7", "{", "{}", "{\"a\":1}", "[[[[[[[[[[", "{\"username\":null}", "{\"username\":{\"a\":[]}}", "\u0000", "{\"username\":\"\\u0000\",\"password\":\"correct horse\"}",
        "{\"username\":\"\\ud800\",\"password\":\"correct horse\"}", "{\"name\":\"\\u0000\",\"role\":\"viewer\"}", "{\"name\":\"x\",\"role\":\"viewer\",\"expires_in\":1e999}",
        "{\"name\":\"x\",\"role\":\"viewer\",\"expires_in\":99999999999999999999}", "{\"username\":\"a\",\"username\":\"b\"}", "{\"code\":\"\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\"}",
        "{\"scopes\":[null]}", "{\"scopes\":\"tenant:acme\"}", "{\"role\":\"Admin\"}", "{\"role\":2}", "{\"disabled\":\"yes\"}", new string('[', 10_000), "{\"username\":\"" + new string('x', 70_000) + "\"}",
    ];

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task No_body_makes_the_gateway_fail(DatabaseKind kind)
    {
        await using var app = await AdminApp.StartAsync(kind);
        await app.AddUserAsync();
        await app.AddUserAsync("carol");
        using var browser = await app.SignInAsync();
        var random = new Random(20261120);
        foreach (var (method, path, valid) in Endpoints)
        {
            var bodies = Nasty.Select(Encoding.UTF8.GetBytes).Concat(Enumerable.Range(0, 40).Select(_ => Mutate(valid, random)));
            foreach (var body in bodies)
                await SendAsync(browser, method, path, body, "application/json");
            await SendAsync(browser, method, path, Encoding.UTF8.GetBytes(valid), "text/plain");
            await SendAsync(browser, method, path, Encoding.UTF8.GetBytes(valid), null);
            await SendAsync(browser, method, path, Encoding.UTF8.GetBytes(valid), "application/json; charset=utf-16");
        }
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task No_path_or_query_makes_the_gateway_fail(DatabaseKind kind)
    {
        await using var app = await AdminApp.StartAsync(kind);
        using var client = app.Connect(await app.AddTokenAsync(Role.Admin));
        string[] members = ["%00", "%ff%fe", "%ed%a0%80", "..", "a%2fb", "'", "%25", new string('x', 3000), "a b", "%0d%0a"];
        foreach (var collection in (string[])["/api/v1/users/", "/api/v1/tokens/", "/api/v1/audit/", "/api/v1/auth/"])
            foreach (var member in members)
                foreach (var method in (string[])["GET", "DELETE", "PUT", "PATCH", "POST", "OPTIONS"])
                    await SendAsync(client, method, collection + member, "{}"u8.ToArray(), "application/json");
        foreach (var query in (string[])["actor=%00", "text=%ff", "from=9999999999999999", "to=0001-01-01", "from=9999-12-31T23:59:59Z", "text='%25!_", "page=1000000&per_page=1000", "=", "&&&", "%00=1"])
            await SendAsync(client, "GET", "/api/v1/audit?" + query, [], null);
    }

    private static async Task SendAsync(Client client, string method, string path, byte[] body, string? type)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method != "GET")
        {
            request.Content = new ByteArrayContent(body);
            if (type is not null) request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        }
        using var response = await client.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBeLessThan(500, $"{method} {path} {Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(200, body.Length)))}: {text}");
        if ((int)response.StatusCode is >= 400 and not 400 || text.Length > 0) text.ShouldStartWith("{");
    }

    /// <summary>A valid body with one to three of its bytes changed, doubled or left out.</summary>
    private static byte[] Mutate(string valid, Random random)
    {
        var bytes = new List<byte>(Encoding.UTF8.GetBytes(valid));
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(3))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.Insert(at, "\"{}[],:\\\0"u8[random.Next(9)]); break;
                default: bytes.RemoveAt(at); break;
            }
        }
        return [.. bytes];
    }
}

using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;
using Sluice.Workflows.Connections;
using Sluice.Workflows.Connections.Kinds;
using Sluice.Workflows.Connections.OAuth2;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Tests.Nodes;

namespace Sluice.Workflows.Tests.Connections;

/// <summary>A server that gives tokens as RFC 6749 says and takes them at /api; each is good for one hour, until it is revoked.</summary>
public sealed class OAuth2Tests : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly ConcurrentDictionary<string, bool> _good = new();
    private WebApplication _server = null!;
    private string _url = "";
    private string _refresh = "refresh-0";
    private string _refusal = "";
    private int _tokens;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.MapPost("/token", (Delegate)TokenAsync);
        _server.Map("/api", (HttpContext c) => _good.ContainsKey(c.Request.Headers.Authorization.ToString()) ? Results.Json(new { seen = c.Request.Headers.Authorization.ToString() }) : Results.StatusCode(401));
        await _server.StartAsync();
        _url = _server.Urls.First();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_client_asks_once_and_again_when_the_token_was_revoked()
    {
        var services = Services($$"""{"token_url": "{{_url}}/token", "client_id": "me:1", "client_secret": "s p"}""");
        (await CallAsync(services)).ShouldBe("***");
        (await CallAsync(services)).ShouldBe("***");
        _asked.ShouldHaveSingleItem().ShouldBe($"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes("me%3A1:s%20p"))} grant_type=client_credentials");

        _good.Clear();
        (await CallAsync(services)).ShouldBe("***");
        _asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Many_that_need_a_token_at_once_ask_once()
    {
        var services = Services($$"""{"token_url": "{{_url}}/token", "client_id": "me", "client_secret": "secret", "authentication": "body", "scope": "a b"}""");
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => CallAsync(services)));
        _asked.ShouldHaveSingleItem().ShouldBe(" client_id=me client_secret=secret grant_type=client_credentials scope=a b");
    }

    [Fact]
    public async Task A_refusal_is_told_without_the_secret()
    {
        _refusal = """{"error": "invalid_client", "error_description": "who are you?"}""";
        var services = Services($$"""{"token_url": "{{_url}}/token", "client_id": "me", "client_secret": "very secret"}""");
        (await Should.ThrowAsync<NodeException>(() => CallAsync(services))).Message.ShouldBe("127.0.0.1 gave no token for the connection 'mine': invalid_client: who are you?");
        _refusal = "<html>";
        (await Should.ThrowAsync<NodeException>(() => CallAsync(services))).Message.ShouldBe("127.0.0.1 gave no token for the connection 'mine': it answered 400 and no token");
    }

    [Fact]
    public async Task Nobody_has_authorised_yet()
    {
        var services = Services($$"""{"grant": "authorization_code", "token_url": "{{_url}}/token", "authorization_url": "{{_url}}/agree", "client_id": "me"}""");
        (await Should.ThrowAsync<NodeException>(() => CallAsync(services))).Message.ShouldStartWith("nobody has authorised the connection 'mine' yet");
    }

    [Fact]
    public async Task A_person_agrees_and_the_tokens_are_refreshed_and_kept()
    {
        await using var database = await BothEngines.CreateAsync(DatabaseKind.Sqlite);
        var key = EncryptionKeys.Create();
        using var store = new StoredConnections(database, () => EncryptionKeys.Parse(key), null, TimeProvider.System);
        var fields = $$"""{"grant": "authorization_code", "token_url": "{{_url}}/token", "authorization_url": "{{_url}}/agree?x=1", "client_id": "me", "client_secret": "secret", "scope": "mail"}""";
        await store.PutAsync("mine", "", ConnectionKinds.Find("oauth2")!, ConnectionKind.Parse(Encoding.UTF8.GetBytes(fields)), null, true, "test", Cancel);
        using var http = new OutgoingHttp();
        var authorization = new OAuth2Authorization(store, http, TimeProvider.System);
        var (address, problem) = await authorization.BeginAsync("mine", "", "https://gateway/callback", "told to the browser", Cancel);
        problem.ShouldBeNull();
        address.ShouldNotBeNull().ShouldStartWith(_url + "/agree?x=1&response_type=code&client_id=me&redirect_uri=https%3A%2F%2Fgateway%2Fcallback&state=");
        var query = QueryHelpers.ParseQuery(new Uri(address).Query);

        (await authorization.FinishAsync("AAAA", "code-1", false, ["told to the browser"], Cancel)).Problem.ShouldBe("this was not begun here, or too long ago: begin again");
        foreach (var browser in (string[][])[[], ["", "told to another"]])
            (await authorization.FinishAsync(query["state"]!, "code-1", false, browser, Cancel)).Problem.ShouldBe("this was begun in another browser, or its cookie is gone: begin again in the one in which you agree");
        _asked.ShouldBeEmpty();
        (await authorization.FinishAsync(query["state"]!, "code-1", false, ["another", "told to the browser"], Cancel)).Name.ShouldBe("mine");
        _asked.ShouldHaveSingleItem().ShouldStartWith("Basic bWU6c2VjcmV0 code=code-1 code_verifier=");
        _asked.First().ShouldEndWith("grant_type=authorization_code redirect_uri=https://gateway/callback");

        using var services = new OutgoingHttp();
        (await CallAsync(new NodeServices { Connections = store, Http = services })).ShouldBe("***");
        _asked.Last().ShouldBe("Basic bWU6c2VjcmV0 grant_type=refresh_token refresh_token=refresh-1 scope=mail");
        // The server has replaced it: the next process goes on with the new one.
        ((OAuth2Connection)(await store.FindAsync("mine", "", Cancel))!.Fields).RefreshToken.ShouldBe("refresh-2");
        (await CallAsync(new NodeServices { Connections = store, Http = services })).ShouldBe("***");
    }

    private static NodeServices Services(string fields) => new() { Connections = new OneConnection("oauth2", fields) };

    /// <summary>What the run shows of the token that the server saw.</summary>
    private async Task<string?> CallAsync(NodeServices services)
    {
        var node = JsJson.Parse($$"""
            {"name": "Node", "type": "http-request", "parameters": {"url": "{{_url}}/api", "authentication": "genericCredentialType", "genericAuthType": "oAuth2Api"}, "credentials": {"oAuth2Api": "mine"} }
            """).AsObject!;
        var check = NodeFixture.Load(node);
        check.Problems.ShouldBeEmpty();
        return await RunThroughAsync(services, check.Model!);
    }

    private static async Task<string?> RunThroughAsync(NodeServices services, Sluice.Workflows.Definitions.WorkflowModel model)
    {
        await using var engine = new Sluice.Workflows.Runs.WorkflowEngine(new Sluice.Workflows.Runs.EngineOptions { Services = services });
        var result = await engine.RunAsync(model, new Sluice.Workflows.Runs.RunRequest());
        if (result.Error is { } error) throw new NodeException(error.Message);
        return result.Last[0].Json["seen"].AsString?.Replace("Bearer ", "", StringComparison.Ordinal);
    }

    private async Task<IResult> TokenAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(Cancel);
        _asked.Enqueue(context.Request.Headers.Authorization + " " + string.Join(' ', form.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}={f.Value}")));
        if (_refusal.Length > 0) return Results.Text(_refusal, "application/json", statusCode: 400);
        if (form["grant_type"] == "refresh_token" && form["refresh_token"] != _refresh) return Results.Json(new { error = "invalid_grant" }, statusCode: 400);
        var token = $"token-{Interlocked.Increment(ref _tokens)}-abcdefgh";
        _good[$"Bearer {token}"] = true;
        if (form["grant_type"] == "client_credentials") return Results.Json(new { access_token = token, token_type = "bearer", expires_in = 3600 });
        return Results.Json(new { access_token = token, token_type = "Bearer", expires_in = 3600, refresh_token = _refresh = $"refresh-{_tokens}" });
    }
}

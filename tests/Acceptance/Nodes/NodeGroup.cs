using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Acceptance.Harness;
using Sluice.Tests.Servers;

namespace Sluice.Acceptance.Nodes;

/// <summary>
/// Gateways that share one PostgreSQL, before one upstream: <c>/</c> answers <c>ok</c>, <c>/cached</c> says that it may be stored, a WebSocket
/// is echoed, and <c>/stream</c> sends a line now and then until <see cref="EndStreams"/>.
/// </summary>
internal sealed class NodeGroup : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TaskCompletionSource streamsEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HttpClient client = new() { Timeout = RawClient.Patience };
    private readonly SortedDictionary<int, SluiceProcess> running = [];
    private readonly string database;
    private KestrelUpstream? upstream;

    private NodeGroup(PostgresServer postgres, string database)
    {
        Postgres = postgres;
        this.database = database;
    }

    public PostgresServer Postgres { get; }

    /// <summary>The nodes that run now.</summary>
    public IReadOnlyList<SluiceProcess> Nodes => [.. running.Values];

    public int UpstreamPort => upstream!.Port;

    /// <summary>Starts <paramref name="count"/> nodes that serve a route for everything.</summary>
    public static async Task<NodeGroup> StartAsync(int count = 3)
    {
        var postgres = await PostgresServer.StartAsync();
        var group = new NodeGroup(postgres, await postgres.CreateDatabaseAsync());
        try
        {
            group.upstream = await KestrelUpstream.StartAsync(group.AnswerAsync);
            for (var number = 1; number <= count; number++) await group.StartNodeAsync(number);
            await group.ApplyAsync(group.Nodes[0], group.Configuration());
            await group.ConvergeAsync();
            return group;
        }
        catch
        {
            await group.DisposeAsync();
            throw;
        }
    }

    /// <summary>The configuration that all begin with, and more routes of its service.</summary>
    /// <param name="routes">In the flow style of YAML, each after a comma.</param>
    public string Configuration(string routes = "") =>
        $$"""
        _format_version: "3.0"
        services:
        - name: upstream
          url: http://127.0.0.1:{{UpstreamPort}}
          routes: [{name: everything, paths: [/], strip_path: false}{{routes}}]
        """;

    /// <summary>Starts a node, or starts it again on the data folder that it had.</summary>
    public async Task<SluiceProcess> StartNodeAsync(int number)
    {
        var data = folder.PathOf($"node-{number}");
        return running[number] = await SluiceProcess.StartAsync(
            ["run", "--database", database, "--data", data, "--proxy", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--loops", "1"]);
    }

    /// <summary>Waits until a node has on disk what it would start with while the database is away.</summary>
    public Task KeptAsync(int number, long release) => Eventually.HoldsAsync(
        () => File.Exists(folder.PathOf($"node-{number}/last-good.json")) && File.ReadAllText(folder.PathOf($"node-{number}/last-good.json")).StartsWith($"{{\"release\":{{\"Number\":{release},", StringComparison.Ordinal),
        "what is served is on disk, too");

    /// <summary>Kills a node as a crash would.</summary>
    public async Task KillNodeAsync(int number)
    {
        running.Remove(number, out var node);
        await node!.DisposeAsync();
    }

    /// <summary>Sends a request to the admin listener of a node.</summary>
    public async Task<(int Status, string Body)> SendAsync(HttpMethod method, SluiceProcess node, string path, string? body = null, string type = "application/json", string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(node.Admin!, path));
        if (body is not null) request.Content = new StringContent(body, null, type);
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        using var response = await client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public Task<(int Status, string Body)> GetAsync(SluiceProcess node, string path) => SendAsync(HttpMethod.Get, node, path);

    public Task<(int Status, string Body)> AddConsumerAsync(SluiceProcess node, string name) => SendAsync(HttpMethod.Post, node, "/consumers", $$"""{"username": "{{name}}"}""");

    /// <summary>Makes <paramref name="configuration"/> the whole one.</summary>
    public async Task ApplyAsync(SluiceProcess node, string configuration)
    {
        var (status, body) = await SendAsync(HttpMethod.Post, node, "/api/v1/config/releases", configuration, "application/yaml");
        status.ShouldBe(201, body);
    }

    public async Task RollBackAsync(SluiceProcess node, long release)
    {
        var (status, body) = await SendAsync(HttpMethod.Post, node, $"/api/v1/config/releases/{release}/rollback");
        status.ShouldBe(201, body);
    }

    /// <summary>The release that a node serves, by its own word.</summary>
    public async Task<long> ReleaseOfAsync(SluiceProcess node) =>
        JsonDocument.Parse((await GetAsync(node, "/status")).Body).RootElement.GetProperty("configuration").GetProperty("release").GetProperty("number").GetInt64();

    /// <summary>Waits until all serve the newest release of any, and each knows it of all the others.</summary>
    public async Task<long> ConvergeAsync()
    {
        var newest = 0L;
        await Eventually.HoldsAsync(
            async () =>
            {
                var releases = await Task.WhenAll(Nodes.Select(ReleaseOfAsync));
                newest = releases.Max();
                if (releases.Any(r => r != newest)) return false;
                foreach (var node in Nodes)
                {
                    var (status, body) = await GetAsync(node, "/api/v1/nodes");
                    if (status != 200) return false;
                    var known = JsonDocument.Parse(body).RootElement.GetProperty("data").EnumerateArray().Where(n => n.GetProperty("state").GetString() == "up").ToList();
                    if (known.Count < Nodes.Count || known.Any(n => n.GetProperty("release").GetInt64() != newest)) return false;
                }

                return true;
            },
            "all nodes serve the newest release and know it of each other");
        return newest;
    }

    /// <summary>The names of the consumers, as a node shows them.</summary>
    public async Task<IReadOnlyList<string>> ConsumersOfAsync(SluiceProcess node)
    {
        var (status, body) = await GetAsync(node, "/consumers?size=1000");
        status.ShouldBe(200, body);
        return [.. JsonDocument.Parse(body).RootElement.GetProperty("data").EnumerateArray().Select(c => c.GetProperty("username").GetString()!)];
    }

    /// <summary>The releases as they are stored, the oldest first: number, and how many objects each created.</summary>
    public async Task<IReadOnlyList<(long Number, int Created)>> HistoryAsync()
    {
        var all = new List<(long, int)>();
        for (var page = 1; ; page++)
        {
            var (status, body) = await GetAsync(Nodes[0], $"/api/v1/config/releases?per_page=200&page={page}");
            status.ShouldBe(200, body);
            var part = JsonDocument.Parse(body).RootElement.GetProperty("data").EnumerateArray().Select(r => (r.GetProperty("number").GetInt64(), r.GetProperty("created").GetInt32())).ToList();
            all.AddRange(part);
            if (part.Count < 200) return [.. Enumerable.Reverse(all)];
        }
    }

    public async Task<ClientWebSocket> OpenWebSocketAsync(SluiceProcess node)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(node.Proxy[0]) { Scheme = "ws" }.Uri, CancellationToken.None);
        await EchoAsync(socket);
        return socket;
    }

    /// <summary>Sends a message through a WebSocket and waits for it to come back.</summary>
    public static async Task EchoAsync(ClientWebSocket socket)
    {
        using var limit = new CancellationTokenSource(RawClient.Patience);
        await socket.SendAsync("echo"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, limit.Token);
        var buffer = new byte[100];
        var received = await socket.ReceiveAsync(buffer, limit.Token);
        buffer[..received.Count].ShouldBe("echo"u8.ToArray());
    }

    /// <summary>Begins to read <c>/stream</c>; what is returned ends with it.</summary>
    public async Task<Func<Task<string>>> OpenStreamAsync(SluiceProcess node)
    {
        var response = await client.GetAsync(new Uri(node.Proxy[0], "/stream"), HttpCompletionOption.ResponseHeadersRead);
        var reading = Task.Run(async () =>
        {
            using (response) return await response.Content.ReadAsStringAsync();
        });
        return () => reading.WaitAsync(RawClient.Patience);
    }

    public void EndStreams() => streamsEnd.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        EndStreams();
        foreach (var node in Nodes) await node.DisposeAsync();
        if (upstream is not null) await upstream.DisposeAsync();
        await Postgres.DisposeAsync();
        client.Dispose();
        folder.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        if (http.WebSockets.IsWebSocketRequest)
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[100];
            while (await socket.ReceiveAsync(buffer, CancellationToken.None) is { MessageType: not WebSocketMessageType.Close } received)
                await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, CancellationToken.None);
            return;
        }

        if (http.Request.Path == "/stream")
        {
            while (await Task.WhenAny(streamsEnd.Task, Task.Delay(50)) != streamsEnd.Task)
            {
                await http.Response.WriteAsync("line\n");
                await http.Response.Body.FlushAsync();
            }

            await http.Response.WriteAsync("end\n");
            return;
        }

        if (http.Request.Path.StartsWithSegments("/cached"))
        {
            http.Response.Headers.CacheControl = "max-age=3600";
            http.Response.Headers.Vary = "Accept-Language";
            http.Response.Headers["Surrogate-Key"] = "all cached";
        }

        http.Response.ContentLength = 2;
        await http.Response.WriteAsync("ok");
    }
}

using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Sluice.Gateway.Tests.Telemetry;
using Sluice.Gateway.Tests.Upstreams.Http1;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.Plugins;

/// <summary>What requests with plugins cost in managed memory, with Kestrel's share and the upstream's client. Alone, because allocations are counted for the whole process.</summary>
[Collection(nameof(Alone))]
public sealed class PluginAllocationTests
{
    private const int Requests = 1000;
    private const int Rounds = 60;

    /// <summary>Bytes per request that go upstream, as <see cref="AllocationTests"/> holds them.</summary>
    private const long Forwarded = 200;

    /// <summary>What the rest of the process may allocate meanwhile, by the request.</summary>
    private const long Others = 60;

    private const string Consumers = """
        consumers:
        - username: ann
          keyauth_credentials: [{key: ann-key}]
          jwt_secrets: [{key: ann, secret: s3cr3t}]
        """;

    private static readonly string Token = MakeToken();

    [Fact]
    public Task A_hit_of_proxy_cache_allocates_nothing() =>
        AllocatesAsync(0, "{name: proxy-cache, config: {strategy: memory, content_type: [application/json], cache_ttl: 3600}}");

    [Fact]
    public Task A_hit_of_http_cache_allocates_nothing() => AllocatesAsync(0, "{name: http-cache}");

    [Fact]
    public Task Key_auth_with_a_local_rate_limit_allocates_nothing_of_its_own() =>
        AllocatesAsync(Forwarded, "{name: key-auth}, {name: rate-limiting, config: {second: 1000000, policy: local}}", "apikey: ann-key\r\n");

    [Fact]
    public Task A_token_that_is_remembered_allocates_nothing_of_its_own() =>
        AllocatesAsync(Forwarded, "{name: jwt, config: {claims_to_verify: [exp]}}", $"Authorization: Bearer {Token}\r\n");

    /// <param name="most">Bytes per request, beside what others in the process do.</param>
    /// <param name="plugins">In the flow style of YAML.</param>
    /// <param name="fields">Lines of the request's head.</param>
    private static async Task AllocatesAsync(long most, string plugins, string fields = "")
    {
        // Without optimisation the compiler makes every async method's state an object.
        var debugging = typeof(Sluice.Gateway.Upstreams.UpstreamClient).Assembly.GetCustomAttribute<DebuggableAttribute>();
        Assert.SkipWhen(debugging?.IsJITOptimizerDisabled == true, "The gateway was built without optimisation; run with -c Release.");

        // The upstream has a thread of its own with blocking sockets, which allocate nothing.
        var answer = Encoding.ASCII.GetBytes(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: max-age=3600\r\nX-Own: value\r\nContent-Length: 1024\r\n\r\n" + new string('a', 1024));
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        new Thread(() => Serve(listener, answer)) { IsBackground = true }.Start();
        await using var gateway = await GatewayUnderTest.StartAsync(
            $$"""
            _format_version: "3.0"
            services:
            - url: http://{{listener.LocalEndPoint}}
              routes: [{paths: [/]}]
              plugins: [{{plugins}}]
            {{Consumers}}
            """,
            kind: TransportKind.Epoll);
        (await gateway.GetAsync("/some/path?x=1", fields)).ShouldStartWith("HTTP/1.1 200 ");
        long perRequest = 0;
        Exception? problem = null;
        var asking = new Thread(() =>
        {
            try
            {
                perRequest = Ask(gateway.Port, fields, most + Others);
            }
            catch (SocketException e)
            {
                problem = e;
            }
        }) { IsBackground = true };
        asking.Start();
        while (asking.IsAlive) await Task.Delay(20, TestContext.Current.CancellationToken);
        problem.ShouldBeNull();
        perRequest.ShouldBe(-1);
    }

    private static void Serve(Socket listener, byte[] answer)
    {
        var buffer = new byte[8192];
        try
        {
            // The gateway takes another connection after some thousand requests.
            while (true)
            {
                using var socket = listener.Accept();
                socket.NoDelay = true;
                while (socket.Receive(buffer) > 0) socket.Send(answer);
            }
        }
        catch (SocketException)
        {
            // The test is over.
        }
    }

    private static long Ask(int port, string fields, long enough)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = (int)Eventually.Patience.TotalMilliseconds };
        socket.Connect(IPAddress.Loopback, port);
        var request = Encoding.ASCII.GetBytes($"GET /some/path?x=1 HTTP/1.1\r\nHost: client.test\r\nUser-Agent: test\r\nAccept: */*\r\n{fields}\r\n");
        var buffer = new byte[8192];

        // The rest of the process allocates as well, and code that is not optimised yet: the best round counts, and the first is to warm up.
        var least = long.MaxValue;
        for (var round = 0; round < Rounds && true; round++)
        {
            if (round > 2) Thread.Sleep(50); // the optimiser works in the background
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < Requests; i++)
            {
                socket.Send(request);
                var received = 0;
                while (received < 1024 || buffer.AsSpan(0, received).IndexOf("\r\n\r\n"u8) + 4 + 1024 != received) received += socket.Receive(buffer.AsSpan(received));
            }

            if (round > 0) least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / Requests);
        }

        return least;
    }

    private static string MakeToken()
    {
        var text = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8) + "." + Base64Url.EncodeToString("""{"iss":"ann","exp":4102444800}"""u8);
        return text + "." + Base64Url.EncodeToString(HMACSHA256.HashData("s3cr3t"u8, Encoding.ASCII.GetBytes(text)));
    }
}

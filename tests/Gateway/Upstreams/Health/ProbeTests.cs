using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Balancing;
using Sluice.Gateway.Upstreams.Health;

namespace Sluice.Gateway.Tests.Upstreams.Health;

public sealed class ProbeTests
{
    private static ProbeSettings Settings(ProbeType type) => new()
    {
        Type = type,
        Limits = new HealthLimits
        {
            Successes = 1,
            HttpFailures = 1,
            TcpFailures = 1,
            Timeouts = 1,
            HealthyStatuses = new([200, 302]),
            UnhealthyStatuses = new([500, 503]),
        },
        HealthyInterval = TimeSpan.FromSeconds(1),
        UnhealthyInterval = TimeSpan.FromSeconds(1),
        Timeout = Eventually.Patience,
    };

    private static async Task<ProbeResult> RunAsync(ProbeSettings settings, int port, X509Certificate2? trusted = null)
    {
        var group = new EndpointGroup("u", TimeProvider.System, new HealthEvents(), NullLogger.Instance);
        var state = group.Acquire("probe.test", new IPEndPoint(IPAddress.Loopback, port), startSlowly: false);
        var endpoint = new LiveEndpoint(state, 1, $"probe.test:{port}", HealthLimits.None, measuresLatency: false);
        string[] authorities = trusted is null ? [] : [trusted.ExportCertificatePem()];
        using var probe = Probe.Create(settings, new UpstreamTls(settings.VerifyCertificate, depth: null, authorities, certificate: null));
        return await probe.RunAsync(endpoint, TimeProvider.System);
    }

    [Theory]
    [InlineData(200, "Success")]
    [InlineData(302, "Success")]
    [InlineData(503, "HttpFailure")]
    [InlineData(404, null)]
    public async Task Http_looks_at_the_status(int status, string? signal)
    {
        await using var target = await ProbeTarget.StartAsync();
        target.Answer = context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };

        (await RunAsync(Settings(ProbeType.Http), target.Port))
            .ShouldBe(new ProbeResult(signal is null ? null : Enum.Parse<HealthSignal>(signal), status));
    }

    [Fact]
    public async Task Http_asks_for_the_path_with_the_host_and_the_headers()
    {
        await using var target = await ProbeTarget.StartAsync();
        string? seen = null;
        target.Answer = context =>
        {
            var request = context.Request;
            seen = $"{request.Method} {request.Path}{request.QueryString} {request.Host} {request.Headers["X-A"]} {request.Headers.Connection}";
            return Task.CompletedTask;
        };
        var headers = new Dictionary<string, IReadOnlyList<string>> { ["X-A"] = ["1", "2"] };

        await RunAsync(Settings(ProbeType.Http) with { Path = "/healthz?x=1", Headers = headers }, target.Port);

        seen.ShouldBe($"GET /healthz?x=1 probe.test:{target.Port} 1,2 close");
    }

    [Theory]
    [InlineData(ProbeType.Tcp)]
    [InlineData(ProbeType.Http)]
    [InlineData(ProbeType.Https)]
    [InlineData(ProbeType.Grpc)]
    [InlineData(ProbeType.Grpcs)]
    internal async Task A_refusal_is_a_tcp_failure(ProbeType type)
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // bound, so that nobody else listens there
        (await RunAsync(Settings(type), ((IPEndPoint)closed.LocalEndPoint!).Port)).ShouldBe(new ProbeResult(HealthSignal.TcpFailure));
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH\r\n")]
    [InlineData("HTTP/1.1 abc\r\n")]
    [InlineData("")]
    public async Task What_is_no_http_answer_is_a_tcp_failure(string bytes)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using var client = await listener.AcceptSocketAsync();
            await client.ReceiveAsync(new byte[1024]);
            await client.SendAsync(Encoding.ASCII.GetBytes(bytes));
        }, TestContext.Current.CancellationToken);

        (await RunAsync(Settings(ProbeType.Http), ((IPEndPoint)listener.LocalEndpoint).Port)).ShouldBe(new ProbeResult(HealthSignal.TcpFailure));
        await serving;
    }

    [Theory]
    [InlineData(ProbeType.Http)]
    [InlineData(ProbeType.Https)]
    [InlineData(ProbeType.Grpc)]
    internal async Task Silence_is_a_timeout(ProbeType type)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        var result = await RunAsync(Settings(type) with { Timeout = TimeSpan.FromMilliseconds(100) }, ((IPEndPoint)listener.LocalEndpoint).Port);

        result.ShouldBe(new ProbeResult(HealthSignal.Timeout));
    }

    [Fact]
    public async Task Tcp_is_content_with_a_connection()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        (await RunAsync(Settings(ProbeType.Tcp), ((IPEndPoint)listener.LocalEndpoint).Port)).ShouldBe(new ProbeResult(HealthSignal.Success));
    }

    [Fact]
    public async Task Https_verifies_the_certificate_and_its_name()
    {
        using var certificate = ProbeTarget.Certificate("probe.test");
        await using var target = await ProbeTarget.StartAsync(certificate: certificate);
        var settings = Settings(ProbeType.Https);

        (await RunAsync(settings, target.Port, trusted: certificate)).Signal.ShouldBe(HealthSignal.Success);
        (await RunAsync(settings, target.Port)).Signal.ShouldBe(HealthSignal.TcpFailure, "nobody trusts it");
        (await RunAsync(settings with { Sni = "other.test" }, target.Port, trusted: certificate)).Signal.ShouldBe(HealthSignal.TcpFailure);
        (await RunAsync(settings with { VerifyCertificate = false, Sni = "other.test" }, target.Port)).Signal.ShouldBe(HealthSignal.Success);
    }

    [Theory]
    [InlineData(1, 0, "Success")]
    [InlineData(2, 0, "HttpFailure")]
    [InlineData(1, 12, "HttpFailure")]
    public async Task Grpc_asks_whether_the_server_serves(byte status, int grpcStatus, string signal)
    {
        await using var target = await ProbeTarget.StartAsync(HttpProtocols.Http2);
        target.AnswerGrpcHealth(status, grpcStatus);

        (await RunAsync(Settings(ProbeType.Grpc), target.Port)).Signal.ShouldBe(Enum.Parse<HealthSignal>(signal));
    }

    [Fact]
    public async Task A_server_without_the_health_service_is_a_failure()
    {
        await using var target = await ProbeTarget.StartAsync(HttpProtocols.Http2);
        target.Answer = context =>
        {
            context.Response.Headers["grpc-status"] = "12";
            return Task.CompletedTask;
        };

        (await RunAsync(Settings(ProbeType.Grpc), target.Port)).Signal.ShouldBe(HealthSignal.HttpFailure);
    }

    [Fact]
    public async Task Grpcs_verifies_the_certificate()
    {
        using var certificate = ProbeTarget.Certificate("probe.test");
        await using var target = await ProbeTarget.StartAsync(HttpProtocols.Http2, certificate);
        target.AnswerGrpcHealth(1);

        (await RunAsync(Settings(ProbeType.Grpcs), target.Port, trusted: certificate)).Signal.ShouldBe(HealthSignal.Success);
        (await RunAsync(Settings(ProbeType.Grpcs), target.Port)).Signal.ShouldBe(HealthSignal.TcpFailure);
    }
}

using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Gateway.Listeners;
using Sluice.Gateway.Replaying;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.Replaying;

/// <summary>Requests that a gateway has served, tried on another configuration.</summary>
public sealed class ReplayTests : IAsyncLifetime
{
    private const string Consumers = """
        consumers:
        - {username: ann, keyauth_credentials: [{key: ann-1}, {key: ann-2}], basicauth_credentials: [{username: ann, password: secret}], acls: [{group: staff}]}
        - {username: bob, keyauth_credentials: [{key: bob-1}]}
        """;

    private readonly Transport.Transport transport = Transports.Create(TransportKind.Sockets, 0, NullLoggerFactory.Instance);
    private readonly GatewayRuntime runtime;
    private readonly HttpClient http = new();
    private GatewayServer? server;

    public ReplayTests() => runtime = new GatewayRuntime(transport, new GatewaySettings { RecentRequests = 100, RecentRequestsEvery = 1 }, NullLoggerFactory.Instance, TimeProvider.System);

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (server is not null)
        {
            await server.StopAsync(TimeSpan.FromSeconds(5));
            await server.DisposeAsync();
        }

        await runtime.DisposeAsync();
        await transport.DisposeAsync();
    }

    [Fact]
    public async Task A_key_that_is_asked_for_now_was_shown_or_was_not()
    {
        await ServeAsync(Routes() + Consumers);
        await SendAsync("/", ("apikey", "ann-1"));
        await SendAsync("/?apikey=bob%2D1");
        await SendAsync("/?api%6Bey=ann-2");
        await SendAsync("/open", ("apikey", "nobody's"));
        await SendAsync("/none");

        Replay(Routes("{name: key-auth}, ") + Consumers).ShouldBe("3 unchanged, 2 would now get 401");
        Replay(Routes("{name: key-auth, config: {key_in_query: false}}, ") + Consumers).ShouldBe("1 unchanged, 4 would now get 401");
        Replay(Routes("{name: key-auth}, {name: acl, config: {allow: [staff]}}, ") + Consumers).ShouldBe("2 unchanged, 2 would now get 401, 1 would now get 403");
        Replay(Routes("{name: key-auth, config: {anonymous: bob}}, ") + Consumers).ShouldBe("5 unchanged");
    }

    [Fact]
    public async Task A_key_that_goes_takes_its_callers_along()
    {
        await ServeAsync(Routes("{name: key-auth}, ") + Consumers);
        await SendAsync("/", ("apikey", "ann-1"));
        await SendAsync("/", ("apikey", "ann-2"));
        await SendAsync("/", ("apikey", "bob-1"));
        await SendAsync("/");

        Replay(Routes("{name: key-auth}, ") + Consumers).ShouldBe("4 unchanged");
        Replay(Routes("{name: key-auth}, ") + Consumers.Replace("{key: ann-2}", "{key: ann-3}", StringComparison.Ordinal)).ShouldBe("3 unchanged, 1 would now get 401");
        Replay(Routes("{name: key-auth}, ")).ShouldBe("1 unchanged, 3 would now get 401");
        Replay(Routes() + Consumers).ShouldBe("3 unchanged, 1 would now get 200");
    }

    [Fact]
    public async Task A_password_is_good_as_long_as_it_is_the_same()
    {
        await ServeAsync(Routes("{name: basic-auth}, ") + Consumers);
        await SendAsync("/", ("Authorization", "Basic " + Convert.ToBase64String("ann:secret"u8)));
        await SendAsync("/");

        Replay(Routes("{name: basic-auth}, ") + Consumers).ShouldBe("2 unchanged");
        Replay(Routes("{name: basic-auth}, ") + Consumers.Replace("password: secret", "password: other", StringComparison.Ordinal)).ShouldBe("1 unchanged, 1 would now get 401");
        Replay(Routes("{name: key-auth}, ") + Consumers).ShouldBe("1 unchanged, 1 would now get 401");
        Replay(Routes("{name: jwt}, ") + Consumers).ShouldBe("1 unchanged, 1 would now get 401", "a scheme that the plugin does not take is no credential");
    }

    [Fact]
    public async Task What_only_the_secret_could_tell_is_said_so()
    {
        await ServeAsync(Routes() + Consumers);
        await SendAsync("/", ("Authorization", "Basic " + Convert.ToBase64String("ann:secret"u8)));
        await SendAsync("/", ("Authorization", "Bearer a.b.c"));
        await SendAsync("/");

        Replay(Routes("{name: basic-auth}, ") + Consumers).ShouldBe("0 unchanged, 2 would now get 401, 1 would have to satisfy basic-auth, which only their credentials can tell");
        Replay(Routes("{name: jwt}, ") + Consumers).ShouldBe("0 unchanged, 2 would now get 401, 1 would have to satisfy jwt, which only their credentials can tell");
    }

    [Fact]
    public async Task Routes_are_followed_and_examples_have_no_secrets()
    {
        await ServeAsync(Routes() + Consumers);
        await SendAsync("/orders?token=hidden");

        var report = Report(Routes().Replace("routes:\n", "routes:\n- {name: orders, paths: [/orders], plugins: [{name: request-termination, config: {status_code: 200}}]}\n", StringComparison.Ordinal));
        report.Summary().ShouldBe("0 unchanged, 1 go to another route (all -> orders)");
        report.Changes[0].Examples.ShouldHaveSingleItem().ShouldEndWith("/orders");
    }

    [Fact]
    public async Task Nothing_that_is_secret_is_kept()
    {
        await ServeAsync(Routes());
        await SendAsync("/?access%5Ftoken=hidden&jwt=hidden&a=shown", ("Authorization", "Bearer hidden"), ("Cookie", "a=hidden"), ("X-Api-Key", "hidden"), ("Accept", "shown/shown"));

        var recorded = runtime.Recent!.ToList().ShouldHaveSingleItem();
        var kept = recorded.Target + "\n" + string.Join('\n', recorded.Headers);
        kept.ShouldNotContain("hidden");
        kept.ShouldContain("a=shown");
        kept.ShouldContain("shown/shown");
        kept.ShouldContain("Bearer redacted-");
    }

    /// <summary>One route for all, with these plugins (each with a comma behind it), that answers itself.</summary>
    private static string Routes(string plugins = "") => $$"""
        _format_version: "3.0"
        routes:
        - {name: all, paths: [/], plugins: [{{plugins}} {name: request-termination, config: {status_code: 200} }] }

        """;

    private async Task ServeAsync(string document)
    {
        runtime.Load(Read(document));
        server = await GatewayServer.StartAsync(runtime, [new ListenAddress(new IPEndPoint(IPAddress.Loopback, 0))]);
    }

    private async Task SendAsync(string target, params (string Name, string Value)[] headers)
    {
        var before = runtime.Recent!.ToList().Count;
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server!.Addresses[0] + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await http.SendAsync(request);

        // A request is recorded when it has ended, which its client may see a little earlier.
        await Eventually.HoldsAsync(() => runtime.Recent!.ToList().Count == before + 1);
    }

    private string Replay(string document) => Report(document).Summary();

    private ReplayReport Report(string document)
    {
        var candidate = runtime.Prepare(Read(document));
        try
        {
            return runtime.Replay(candidate);
        }
        finally
        {
            runtime.Discard(candidate);
        }
    }

    private static Gateway.Configuration.GatewayDocument Read(string document)
    {
        var read = DocumentReader.Read(Encoding.UTF8.GetBytes(document));
        return read.Document.ShouldNotBeNull(string.Join('\n', read.Problems));
    }
}

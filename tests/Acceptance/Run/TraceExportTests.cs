using System.Runtime.InteropServices;
using Sluice.Acceptance.Harness;
using Sluice.Tests.Servers;

namespace Sluice.Acceptance.Run;

public sealed class TraceExportTests : IAsyncDisposable
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Caller = "b7ad6b7169203331";

    /// <summary>Spans leave soon: the end of the process waits for the last of them, but not for long.</summary>
    private static readonly (string Name, string Value) Soon = ("OTEL_BSP_SCHEDULE_DELAY", "100");

    private readonly TemporaryFolder folder = new();

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return default;
    }

    [Fact]
    public async Task Spans_of_both_sides_reach_the_collector_under_their_parents()
    {
        await using var collector = TraceCollector.Start();
        var heads = new List<string>();
        await using var upstream = new ScriptedUpstream((head, connection) =>
        {
            heads.Add(head);
            return ScriptedUpstream.RespondAsync(connection, "hello");
        });
        var environment = new Dictionary<string, string> { [Soon.Name] = Soon.Value };
        await using (var sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", Configurations.OneRoute(upstream.Port)), environment, "--otlp", collector.Url))
        {
            (await SendAsync(sluice, $"00-{Trace}-{Caller}-01")).ShouldStartWith("HTTP/1.1 200");
            await Eventually.HoldsAsync(() => collector.Spans.Count >= 2, "the spans arrive");
            await EndAsync(sluice);
        }

        collector.Services.ShouldBe(["sluice"]);
        var server = collector.Spans.Single(s => s.Kind == SpanKind.Server);
        server.Name.ShouldBe("GET route");
        (server.TraceId, server.Parent).ShouldBe((Trace, Caller));
        var client = collector.Spans.Single(s => s.Kind == SpanKind.Client);
        (client.TraceId, client.Parent).ShouldBe((Trace, server.Id));
        heads.ShouldHaveSingleItem().ShouldContain($"traceparent: 00-{Trace}-{client.Id}-01", Case.Insensitive);
    }

    [Fact]
    public async Task What_the_caller_does_not_sample_is_not_sent_but_passed_on()
    {
        await using var collector = TraceCollector.Start();
        var heads = new List<string>();
        await using var upstream = new ScriptedUpstream((head, connection) =>
        {
            heads.Add(head);
            return ScriptedUpstream.RespondAsync(connection, "hello");
        });
        var environment = new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url, ["OTEL_SERVICE_NAME"] = "edge", [Soon.Name] = Soon.Value };
        await using (var sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", Configurations.OneRoute(upstream.Port)), environment))
        {
            await SendAsync(sluice, $"00-{Trace}-{Caller}-00");
            await sluice.GetAsync("/own");
            await Eventually.HoldsAsync(() => collector.Spans.Count >= 2, "the spans of the other request arrive");
            await EndAsync(sluice);
        }

        heads[0].ShouldContain($"traceparent: 00-{Trace}-", Case.Insensitive);
        collector.Spans.Count.ShouldBe(2);
        collector.Spans.ShouldAllBe(s => s.TraceId != Trace);
        collector.Services.ShouldBe(["edge"]);
    }

    [Fact]
    public async Task A_collector_that_is_away_costs_a_line_in_the_log_only()
    {
        await using var upstream = new ScriptedUpstream("hello");
        var environment = new Dictionary<string, string> { [Soon.Name] = Soon.Value, ["SLUICE_OTLP"] = $"http://127.0.0.1:{FreePorts.Next()}" };
        await using var sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", Configurations.OneRoute(upstream.Port)), environment);
        (await sluice.GetAsync("/")).ShouldBe((200, "hello"));
        var finished = await EndAsync(sluice);
        finished.ExitCode.ShouldBe(0);
        finished.Errors.ShouldContain("spans cannot be sent");
    }

    private static async Task<string> SendAsync(SluiceProcess sluice, string traceParent)
    {
        using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
        await client.SendAsync($"GET /x HTTP/1.1\r\nHost: shop.test\r\ntraceparent: {traceParent}\r\nConnection: close\r\n\r\n");
        return (await client.ReadResponseAsync()).Head;
    }

    private static Task<Finished> EndAsync(SluiceProcess sluice)
    {
        sluice.Signal(PosixSignal.SIGTERM);
        return sluice.WaitForExitAsync();
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.AspNetCore.Http;
using Sluice.Acceptance.Harness;
using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;

namespace Sluice.Acceptance.Nodes;

/// <summary>Three processes that share the runs of a workflow, of which one is killed in the middle, and what became of every call.</summary>
public sealed class WorkerTests(ITestOutputHelper output)
{
    private const int Calls = 600;

    /// <summary>How many runs a process has in hand at a time: what can be in doubt when it dies.</summary>
    private const int AtATime = 8;

    [Fact]
    public async Task Workers_take_runs_from_the_queue_and_those_of_a_killed_one_are_taken_over()
    {
        await using var rabbit = await RabbitServer.StartAsync();
        await using var group = await Group.StartAsync(["--queue", rabbit.Url], "gateway", "worker", "worker");
        (await group.AskAsync("/asked")).ShouldBe("answered");
        await group.KillInTheMiddleAsync(callTo: 1, victim: 2);
        await group.TicksGoOnAsync();
        var shares = await group.OwnersAsync();
        output.WriteLine($"{group.Report}; each ran {string.Join(", ", shares)}");
        shares.Count.ShouldBe(2, "both workers ran some, and the gateway none");
    }

    [Fact]
    public async Task Nodes_on_one_database_take_over_the_runs_of_a_killed_one()
    {
        await using var group = await Group.StartAsync([], "gateway,worker", "gateway,worker", "gateway,worker");
        await group.KillInTheMiddleAsync(callTo: 3, victim: 2);
        output.WriteLine(group.Report);
    }

    /// <summary>Nodes that run a workflow: a call is acknowledged when its run is stored, and the run pays, which must not happen twice.</summary>
    private sealed class Group : IAsyncDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private readonly HttpClient _client = new() { Timeout = RawClient.Patience };
        private readonly ConcurrentBag<(int Call, string Run)> _paid = [];
        private readonly ConcurrentBag<DateTimeOffset> _ticks = [];
        private readonly ConcurrentDictionary<int, bool> _acknowledged = new();
        private readonly List<SluiceProcess> _nodes = [];
        private readonly PostgresServer _postgres;
        private readonly Database _database;
        private readonly string _url;
        private KestrelUpstream? _bank;
        private int? _killed;

        private Group(PostgresServer postgres, string url)
        {
            _postgres = postgres;
            _url = url;
            _database = new Database(DatabaseAddress.Parse(url));
        }

        public string Report { get; private set; } = "";

        /// <summary>How many of them run the workflow.</summary>
        private int Working { get; init; }

        public static async Task<Group> StartAsync(string[] further, params string[] roles)
        {
            var postgres = await PostgresServer.StartAsync();
            var group = new Group(postgres, await postgres.CreateDatabaseAsync()) { Working = roles.Count(r => r.Contains("worker", StringComparison.Ordinal)) };
            try
            {
                group._bank = await KestrelUpstream.StartAsync(http => http.Request.Path == "/tick" ? group.TickAsync(http) : group.PayAsync(http));
                var configuration = group._folder.Write("kong.yml", Configuration(group._bank.Port));
                foreach (var (role, i) in roles.Select((r, i) => (r, i)))
                    group._nodes.Add(await SluiceProcess.StartAsync(
                    [
                        "run", "--database", group._url, "--data", group._folder.PathOf($"node-{i}"), "--roles", role, "--proxy", "127.0.0.1:0", "--loops", "1", "--workflow-runs", $"{AtATime}",
                        .. i == 0 ? new[] { "--config", configuration } : [], .. further,
                    ]));
                return group;
            }
            catch
            {
                await group.DisposeAsync();
                throw;
            }
        }

        /// <param name="callTo">How many of the nodes, from the first on, are called.</param>
        /// <param name="victim">Which one is killed.</param>
        public async Task KillInTheMiddleAsync(int callTo, int victim)
        {
            var next = 0;
            var doomed = 0;
            var callers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
            {
                while (Interlocked.Increment(ref next) is var call and <= Calls)
                {
                    // Whoever is not answered has no promise.
                    try
                    {
                        using var answer = await _client.PostAsync(new Uri(_nodes[call % callTo].Proxy[0], "/pay"), new StringContent($$"""{"call": {{call}}}""", Encoding.UTF8, "application/json"));
                        if (answer.IsSuccessStatusCode) _acknowledged[call] = true;
                        else if (Volatile.Read(ref doomed) == 0 || call % callTo != victim) throw new InvalidOperationException($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
                    }
                    catch (HttpRequestException) when (Volatile.Read(ref doomed) == 1 && call % callTo == victim)
                    {
                    }
                }
            })).ToArray();

            await Eventually.HoldsAsync(async () => _paid.Count > Calls / 6 && (await OwnersAsync()).Count == Working, "all that work have run some, and some have been paid");
            Volatile.Write(ref doomed, 1);
            _killed = victim;
            await _nodes[victim].DisposeAsync();
            var dead = Stopwatch.StartNew();
            await Task.WhenAll(callers);
            var open = 1L;
            for (var i = 0; open > 0; i++)
            {
                i.ShouldBeLessThan(2400, $"{open} runs did not end within two minutes: {string.Join(", ", await QueryAsync<string>("SELECT phase || ' of ' || owner || ' ' || count(*) FROM workflow_runs GROUP BY phase, owner"))}");
                await Task.Delay(50);
                open = (await QueryAsync<long>("SELECT count(*) FROM workflow_runs WHERE workflow = 'pay' AND ended_at IS NULL AND phase <> 'needs-decision'")).Single();
            }

            var runs = (await QueryAsync<(string Id, string Phase)>("SELECT id, phase FROM workflow_runs WHERE workflow = 'pay'")).ToList();
            var undecided = runs.Count(r => r.Phase == "needs-decision");
            Report = $"{_acknowledged.Count} acknowledged, {runs.Count} stored, {_paid.Count} paid, {undecided} for a person to decide, all settled {dead.Elapsed.TotalSeconds:0.0} s after the kill";
            runs.Where(r => r.Phase is not ("succeeded" or "needs-decision")).ShouldBeEmpty(Report);
            _paid.Select(p => p.Run).ShouldBeUnique("paid twice");
            _paid.Select(p => p.Call).ShouldBeUnique("one call, two runs");
            runs.Where(r => r.Phase == "succeeded").Select(r => r.Id).Except(_paid.Select(p => p.Run)).ShouldBeEmpty("ended and not paid");
            _acknowledged.Keys.Except(_paid.Select(p => p.Call)).Count().ShouldBeLessThanOrEqualTo(undecided, "acknowledged, and neither paid nor for a person to decide");
            runs.Count.ShouldBeGreaterThanOrEqualTo(_acknowledged.Count);
            undecided.ShouldBeLessThanOrEqualTo(AtATime, "only what was under way can be in doubt");
            _acknowledged.Count.ShouldBeGreaterThan(Calls / 2);
        }

        /// <summary>How many runs each that works has brought to their end.</summary>
        public async Task<IReadOnlyList<long>> OwnersAsync() => [.. await QueryAsync<long>("SELECT count(*) FROM workflow_runs WHERE workflow = 'pay' AND ended_at IS NOT NULL GROUP BY owner")];

        public async Task<string> AskAsync(string path) => await _client.GetStringAsync(new Uri(_nodes[0].Proxy[0], path));

        /// <summary>Schedules go on, and no time of them has begun two runs.</summary>
        public async Task TicksGoOnAsync()
        {
            var before = _ticks.Count;
            await Eventually.HoldsAsync(() => _ticks.Count >= before + 3, "the schedule goes on");
            var ticks = _ticks.Order().ToList();
            ticks.ShouldBeUnique("a time of the schedule began two runs");
            ticks.ShouldAllBe(t => t.Millisecond == 0);
        }

        public Task<IEnumerable<T>> QueryAsync<T>(string sql) => _database.ReadAsync(c => c.QueryAsync<T>(sql));

        public async ValueTask DisposeAsync()
        {
            foreach (var (node, i) in _nodes.Select((n, i) => (n, i)))
                if (i != _killed) await node.DisposeAsync();
            if (_bank is not null) await _bank.DisposeAsync();
            await _database.DisposeAsync();
            await _postgres.DisposeAsync();
            _client.Dispose();
            _folder.Dispose();
        }

        private async Task PayAsync(HttpContext http)
        {
            var order = await JsonDocument.ParseAsync(http.Request.Body);
            _paid.Add((order.RootElement.GetProperty("call").GetInt32(), order.RootElement.GetProperty("run").GetString()!));

            // So that some are under way whenever a process dies, and more wait than one process can run.
            await Task.Delay(60);
            await http.Response.WriteAsync("{}");
        }

        private async Task TickAsync(HttpContext http)
        {
            var tick = await JsonDocument.ParseAsync(http.Request.Body);
            _ticks.Add(tick.RootElement.GetProperty("at").GetDateTimeOffset());
            await http.Response.WriteAsync("{}");
        }

        private static string Configuration(int bank) => $$$"""
            _format_version: "3.0"
            routes:
            - {name: pay, paths: [/pay], workflow: pay}
            - {name: asked, paths: [/asked], workflow: asked}
            workflows:
            - name: asked
              nodes:
              - {name: Hook, type: webhook, parameters: {httpMethod: GET, responseMode: responseNode}}
              - {name: Answer, type: respond-to-webhook, parameters: {respondWith: text, responseBody: answered}}
              connections:
                Hook: {main: [[{node: Answer, type: main, index: 0}]]}
            - name: tick
              nodes:
              - {name: Each second, type: schedule, parameters: {rule: {interval: [{field: seconds, secondsInterval: 1} ] } } }
              - {name: Tell, type: http-request, parameters: {method: PUT, url: "http://127.0.0.1:{{{bank}}}/tick", sendBody: true, specifyBody: json, jsonBody: "={{ {at: $json.timestamp} }}"}}
              connections:
                Each second: {main: [[{node: Tell, type: main, index: 0}]]}
            - name: pay
              nodes:
              - {name: Hook, type: webhook, parameters: {httpMethod: POST, responseMode: onReceived}}
              - {name: Order, type: set, parameters: {mode: raw, jsonOutput: "={{ {call: $json.body.call, run: $execution.id} }}"}}
              - {name: Pay, type: http-request, parameters: {method: POST, url: "http://127.0.0.1:{{{bank}}}/", sendBody: true, specifyBody: json, jsonBody: "={{ $json }}"}}
              - {name: End, type: no-op}
              connections:
                Hook: {main: [[{node: Order, type: main, index: 0}]]}
                Order: {main: [[{node: Pay, type: main, index: 0}]]}
                Pay: {main: [[{node: End, type: main, index: 0}]]}
            """;
    }
}

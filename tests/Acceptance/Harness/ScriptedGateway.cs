using System.Collections.Concurrent;

namespace Sluice.Acceptance.Harness;

/// <summary>
/// A gateway before an upstream whose answers each test writes for a path of its own. One process per transport serves all tests of a class,
/// since starting one costs more than most of what they ask.
/// </summary>
public class ScriptedGateway : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Func<string, Stream, Task>> scripts = new();
    private readonly ConcurrentDictionary<string, Lazy<Task<SluiceProcess>>> gateways = new();
    private readonly TemporaryFolder folder = new();
    private int paths;

    public ScriptedGateway() => Upstream = new ScriptedUpstream((head, connection) => scripts[PathOf(head)](head, connection));

    public ScriptedUpstream Upstream { get; }

    /// <summary>The whole configuration; the upstream listens on <paramref name="port"/>.</summary>
    protected virtual string Configuration(int port) =>
        $$"""
        _format_version: "3.0"
        services:
        - url: http://127.0.0.1:{{port}}
          read_timeout: 10000
          routes: [{paths: [/], strip_path: false}]
        """;

    protected virtual IReadOnlyDictionary<string, string>? Environment => null;

    /// <summary>The gateway on <paramref name="transport"/>.</summary>
    public Task<SluiceProcess> On(string transport) => gateways.GetOrAdd(
        transport,
        kind => new(() => SluiceProcess.ServeAsync(folder.Write($"{kind}.yml", Configuration(Upstream.Port)), Environment, "--transport", kind))).Value;

    /// <summary>Gives a path of its own to <paramref name="answer"/>.</summary>
    public string Script(Func<string, Stream, Task> answer)
    {
        var path = $"/script-{Interlocked.Increment(ref paths)}";
        scripts[path] = answer;
        return path;
    }

    /// <summary>A path that is answered with exactly <paramref name="bytes"/>, and then perhaps with the end of the connection.</summary>
    public string Script(string bytes, bool close = false) => Script(async (_, connection) =>
    {
        await connection.WriteAsync(System.Text.Encoding.Latin1.GetBytes(bytes));
        if (close) throw new IOException("The script says so.");
    });

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in gateways.Values) await (await gateway.Value).DisposeAsync();
        await Upstream.DisposeAsync();
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private static string PathOf(string head)
    {
        var target = head.Split(' ')[1];
        var end = target.IndexOfAny(['?', '/'], 1);
        return end < 0 ? target : target[..end];
    }
}

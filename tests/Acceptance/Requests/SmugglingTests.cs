using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Requests;

/// <summary>
/// Malformed and two-faced requests: the parser cases of llhttp and the desync cases of http-desync-guardian (see the licences in Corpus/).
/// Whatever the client sends, the upstream only ever sees requests that can be read in one way, and no more of them than were answered.
/// </summary>
public partial class SmugglingTests
{
    /// <summary>Nothing has come for this long, so that nothing more is expected until the client's end.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(40);

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task The_upstream_sees_nothing_ambiguous(string transport)
    {
        await using var upstream = new StrictUpstream();
        using var folder = new TemporaryFolder();
        var file = folder.Write("kong.yml", $$"""
            _format_version: "3.0"
            services:
            - url: http://127.0.0.1:{{upstream.Port}}
              routes: [{paths: [/], strip_path: false}]
            """);
        await using var sluice = await SluiceProcess.ServeAsync(file, "--transport", transport);

        var failures = new List<string>();
        foreach (var (id, bytes) in Cases())
        {
            var problems = await TryAsync(sluice.Proxy[0], upstream, bytes, Quiet);

            // A client that ends its side is gone, and what it had asked for is given up. Where a busy machine made that come too early, wait longer.
            if (problems.Any(p => p.StartsWith("answers", StringComparison.Ordinal)))
            {
                await Task.Delay(500);
                upstream.Take();
                problems = await TryAsync(sluice.Proxy[0], upstream, bytes, TimeSpan.FromSeconds(5));
            }

            failures.AddRange(problems.Select(p => $"{id}: {p}"));
        }

        failures.ShouldBeEmpty();
    }

    private static async Task<List<string>> TryAsync(Uri to, StrictUpstream upstream, byte[] bytes, TimeSpan quiet)
    {
        var answers = await SendAsync(to, bytes, quiet);
        await upstream.IdleAsync();
        var (requests, violations) = upstream.Take();
        var problems = violations.ToList();
        if (requests.Count > answers.Count(a => a is >= 200 and < 300)) problems.Add($"answers [{string.Join(' ', answers)}] to {string.Join(" and ", requests)}");
        if (answers.Any(a => a == 500)) problems.Add("500");
        return problems;
    }

    private static IEnumerable<(string Id, byte[] Bytes)> Cases()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Requests", "Corpus", "requests.json")));
        foreach (var item in json.RootElement.EnumerateArray())
            yield return (item.GetProperty("id").GetString()!, item.GetProperty("bytes").GetBytesFromBase64());
    }

    /// <summary>Sends everything, reads what comes until there is no more, ends its own side and reads on; returns the statuses of the answers.</summary>
    private static async Task<List<int>> SendAsync(Uri to, byte[] bytes, TimeSpan quiet)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(to.Host, to.Port);
        var stream = client.GetStream();
        var received = new StringBuilder();
        try
        {
            await stream.WriteAsync(bytes);
            var buffer = new byte[4096];
            var reading = stream.ReadAsync(buffer).AsTask();
            while (true)
            {
                if (await Task.WhenAny(reading, Task.Delay(quiet)) != reading)
                {
                    client.Client.Shutdown(SocketShutdown.Send);
                    await reading.WaitAsync(RawClient.Patience);
                }

                var read = await reading;
                if (read == 0) break;
                received.Append(Encoding.Latin1.GetString(buffer, 0, read));
                reading = stream.ReadAsync(buffer).AsTask();
            }
        }
        catch (Exception e) when (e is IOException or SocketException or TimeoutException)
        {
            // Closed on us: what came until then counts.
        }

        return [.. StatusLine().Matches(received.ToString()).Select(m => int.Parse(m.Groups[1].Value))];
    }

    [GeneratedRegex(@"HTTP/1\.1 (\d{3}) ")]
    private static partial Regex StatusLine();
}

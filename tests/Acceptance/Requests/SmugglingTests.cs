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
    [Theory]
    [InlineData("epoll")]
    [InlineData("sockets")]
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
            var answers = await SendAsync(sluice.Proxy[0], bytes);
            var (requests, violations) = upstream.Take();
            foreach (var violation in violations) failures.Add($"{id}: {violation}");
            if (requests.Count > answers.Count(a => a is >= 200 and < 300)) failures.Add($"{id}: {requests.Count} requests upstream, answers {string.Join(' ', answers)}");
            if (answers.Any(a => a == 500)) failures.Add($"{id}: answered 500");
        }

        failures.ShouldBeEmpty();
    }

    private static IEnumerable<(string Id, byte[] Bytes)> Cases()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Requests", "Corpus", "requests.json")));
        foreach (var item in json.RootElement.EnumerateArray())
            yield return (item.GetProperty("id").GetString()!, item.GetProperty("bytes").GetBytesFromBase64());
    }

    /// <summary>Sends everything and the end of the stream, then reads what comes; returns the statuses of the answers.</summary>
    private static async Task<List<int>> SendAsync(Uri to, byte[] bytes)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(to.Host, to.Port);
        var stream = client.GetStream();
        var received = new StringBuilder();
        try
        {
            await stream.WriteAsync(bytes);
            client.Client.Shutdown(SocketShutdown.Send);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            var buffer = new byte[4096];
            while (await stream.ReadAsync(buffer, limit.Token) is > 0 and var read) received.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // Closed on us, or waiting for more: what came until then counts.
        }

        return [.. StatusLine().Matches(received.ToString()).Select(m => int.Parse(m.Groups[1].Value))];
    }

    [GeneratedRegex(@"HTTP/1\.1 (\d{3}) ")]
    private static partial Regex StatusLine();
}

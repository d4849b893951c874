using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sluice.Acceptance.Requests;

/// <summary>
/// An upstream that reads requests to the letter of RFC 9112 and notes everything that a laxer server could read in another way.
/// It answers each well-formed request with 200.
/// </summary>
internal sealed class StrictUpstream : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly List<string> violations = [];
    private readonly List<string> requests = [];
    private int reading;

    public StrictUpstream()
    {
        listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>What it has seen since the last call: request lines, and what was wrong.</summary>
    public (IReadOnlyList<string> Requests, IReadOnlyList<string> Violations) Take()
    {
        lock (requests)
        {
            var taken = (requests.ToArray(), violations.ToArray());
            requests.Clear();
            violations.Clear();
            return taken;
        }
    }

    /// <summary>Waits until no request is half-way read.</summary>
    public Task IdleAsync() => Harness.Eventually.HoldsAsync(() => Volatile.Read(ref reading) == 0, "the upstream has read what was sent");

    public ValueTask DisposeAsync()
    {
        listener.Dispose();
        return default;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var owned = client;
        await using var stream = new BufferedStream(client.GetStream());
        var inRequest = false;
        try
        {
            while (await ReadLineAsync(stream) is { } requestLine)
            {
                inRequest = true;
                Interlocked.Increment(ref reading);
                if (!System.Text.RegularExpressions.Regex.IsMatch(requestLine, "^[A-Z_-]+ /[!-~]* HTTP/1\\.1$")) Note($"request line {requestLine}");
                var fields = new List<(string Name, string Value)>();
                while (await ReadLineAsync(stream) is { Length: > 0 } line)
                {
                    var colon = line.IndexOf(':');
                    if (colon <= 0 || line[..colon].Any(c => c is <= ' ' or >= (char)127 or '(' or ')' or '"' or '/' or '[' or ']' or '{' or '}')) Note($"field {line}");
                    else fields.Add((line[..colon].ToLowerInvariant(), line[(colon + 1)..].Trim(' ', '\t')));
                }

                var lengths = fields.Where(f => f.Name == "content-length").Select(f => f.Value).ToList();
                var codings = fields.Where(f => f.Name == "transfer-encoding").Select(f => f.Value).ToList();
                if (fields.Count(f => f.Name == "host") != 1) Note("not exactly one Host");
                if (lengths.Count > 1 || lengths.Any(l => l.Length == 0 || l.Any(c => !char.IsAsciiDigit(c)))) Note($"lengths {string.Join('|', lengths)}");
                if (codings.Count > 1 || codings.Any(c => c != "chunked")) Note($"codings {string.Join('|', codings)}");
                if (lengths.Count > 0 && codings.Count > 0) Note("both length and coding");
                if (codings.Count > 0) await ReadChunksAsync(stream);
                else if (lengths.Count > 0) await ReadAsync(stream, int.Parse(lengths[0]));
                lock (requests) requests.Add(requestLine);
                await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray());
                inRequest = false;
                Interlocked.Decrement(ref reading);
            }
        }
        catch (Exception e) when (e is IOException or EndOfStreamException or FormatException)
        {
            // The gateway gave the request up half-way; nothing was answered.
        }
        finally
        {
            if (inRequest) Interlocked.Decrement(ref reading);
        }
    }

    private void Note(string violation)
    {
        lock (requests) violations.Add(violation);
    }

    private async Task ReadChunksAsync(Stream stream)
    {
        while (true)
        {
            var line = await ReadLineAsync(stream) ?? throw new EndOfStreamException();
            if (!line.All(char.IsAsciiHexDigit)) Note($"chunk size {line}");
            var size = Convert.ToInt32(line, 16);
            if (size == 0) break;
            await ReadAsync(stream, size);
            if (await ReadLineAsync(stream) != "") Note("chunk without its line end");
        }

        while (await ReadLineAsync(stream) is { Length: > 0 })
        {
            // Trailers.
        }
    }

    private static async Task ReadAsync(Stream stream, int count) => await stream.ReadExactlyAsync(new byte[count]);

    /// <summary>A line that ends in CR LF; a bare LF or CR inside is a violation. Null at the end of the stream.</summary>
    private async Task<string?> ReadLineAsync(Stream stream)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one) == 1)
        {
            if (one[0] == '\n')
            {
                if (line.Length == 0 || line[^1] != '\r') Note($"bare LF after {line}");
                else line.Length--;
                if (line.ToString().Contains('\r')) Note($"bare CR in {line}");
                return line.ToString();
            }

            line.Append((char)one[0]);
        }

        return line.Length == 0 ? null : throw new EndOfStreamException();
    }
}

using Sluice.Gateway.Plugins.Logging;

namespace Sluice.Gateway.Plugins.Statsd;

/// <summary>Sends lines: each in a datagram of its own, several together up to a size, or all over TCP.</summary>
/// <param name="packetSize">Bytes that a datagram may have; 0 for one line each.</param>
/// <param name="udp">Null to send over <paramref name="tcp"/>.</param>
internal sealed class StatsdSender(int packetSize, DatagramSender? udp, StreamSender? tcp) : IDisposable
{
    /// <summary>Sends entries, each of which is one line or several. Why that failed, or null.</summary>
    public async Task<string?> SendAsync(IReadOnlyList<byte[]> batch, CancellationToken cancel)
    {
        if (tcp is not null) return await tcp.SendAsync(Joined(batch), cancel);
        foreach (var datagram in Datagrams(batch))
            if (await udp!.SendAsync(datagram, cancel) is { } failure)
                return failure;
        return null;
    }

    public void Dispose()
    {
        udp?.Dispose();
        tcp?.Dispose();
    }

    private List<byte[]> Datagrams(IReadOnlyList<byte[]> batch)
    {
        var datagrams = new List<byte[]>();
        var waiting = new MemoryStream();
        foreach (var line in batch.SelectMany(Lines))
        {
            if (waiting.Length > 0 && waiting.Length + 1 + line.Length > packetSize)
            {
                datagrams.Add(waiting.ToArray());
                waiting.SetLength(0);
            }

            if (waiting.Length > 0) waiting.WriteByte((byte)'\n');
            waiting.Write(line.Span);
        }

        if (waiting.Length > 0) datagrams.Add(waiting.ToArray());
        return datagrams;
    }

    private static byte[] Joined(IReadOnlyList<byte[]> batch)
    {
        var all = new MemoryStream();
        foreach (var entry in batch)
        {
            all.Write(entry);
            all.WriteByte((byte)'\n');
        }

        return all.ToArray();
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Lines(byte[] entry)
    {
        for (var begin = 0; begin < entry.Length;)
        {
            var end = Array.IndexOf(entry, (byte)'\n', begin);
            if (end < 0) end = entry.Length;
            yield return entry.AsMemory(begin..end);
            begin = end + 1;
        }
    }
}

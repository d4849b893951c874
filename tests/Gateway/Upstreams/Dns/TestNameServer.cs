using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Sluice.Gateway.Upstreams.Dns;

namespace Sluice.Gateway.Tests.Upstreams.Dns;

/// <summary>A name server on 127.0.0.1 over UDP and TCP that answers what the test says.</summary>
internal sealed class TestNameServer : IDisposable
{
    private readonly Socket udp;
    private readonly Socket tcp;
    private readonly Dictionary<(string, DnsRecordType), Reply> replies = [];
    private readonly List<(string Name, DnsRecordType Type, bool Tcp)> queries = [];

    public TestNameServer()
    {
        (udp, tcp) = Bind();
        Address = (IPEndPoint)udp.LocalEndPoint!;
        _ = ServeUdpAsync();
        _ = ServeTcpAsync();
    }

    public IPEndPoint Address { get; }

    /// <summary>What is sent before the true reply, made from the query.</summary>
    public Func<byte[], byte[]>? Forgery { get; set; }

    /// <summary>Keeps silent.</summary>
    public bool Mute { get; set; }

    /// <summary>Answers everything with this code.</summary>
    public int? Code { get; set; }

    /// <summary>Awaited before each answer.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public IReadOnlyList<(string Name, DnsRecordType Type, bool Tcp)> Queries
    {
        get
        {
            lock (queries) return [.. queries];
        }
    }

    public int Count(DnsRecordType type) => Queries.Count(q => q.Type == type);

    public TestNameServer Add(string name, params string[] addresses) => Add(name, 60, addresses);

    public TestNameServer Add(string name, int ttl, params string[] addresses)
    {
        var parsed = addresses.Select(IPAddress.Parse).ToArray();
        var type = parsed[0].AddressFamily == AddressFamily.InterNetwork ? DnsRecordType.A : DnsRecordType.Aaaa;
        replies[(name, type)] = new Reply([.. parsed.Select(a => Record(name, type, ttl, a.GetAddressBytes()))]);
        return this;
    }

    public TestNameServer AddAlias(string name, string target, int ttl, string address)
    {
        replies[(name, DnsRecordType.A)] = new Reply([
            Record(name, DnsRecordType.Cname, ttl, Name(target)),
            Record(target, DnsRecordType.A, 600, IPAddress.Parse(address).GetAddressBytes())]);
        return this;
    }

    public TestNameServer AddService(string name, params (int Priority, int Weight, int Port, string Host)[] services)
    {
        replies[(name, DnsRecordType.Srv)] = new Reply([.. services.Select(s => Record(name, DnsRecordType.Srv, 60, [
            (byte)(s.Priority >> 8), (byte)s.Priority, (byte)(s.Weight >> 8), (byte)s.Weight, (byte)(s.Port >> 8), (byte)s.Port, .. Name(s.Host)]))]);
        return this;
    }

    public void Clear() => replies.Clear();

    public void Dispose()
    {
        udp.Dispose();
        tcp.Dispose();
    }

    public static byte[] Name(string name) =>
        [.. name.Split('.').SelectMany(label => label.Select(c => (byte)c).Prepend((byte)label.Length)), 0];

    public static byte[] Record(string name, DnsRecordType type, int ttl, byte[] data)
    {
        var tail = new byte[10];
        BinaryPrimitives.WriteUInt16BigEndian(tail, (ushort)type);
        tail[3] = 1;
        BinaryPrimitives.WriteInt32BigEndian(tail.AsSpan(4), ttl);
        BinaryPrimitives.WriteUInt16BigEndian(tail.AsSpan(8), (ushort)data.Length);
        return [.. Name(name), .. tail, .. data];
    }

    /// <summary>A reply to <paramref name="query"/>: its id and question, then the records.</summary>
    public static byte[] Message(ReadOnlySpan<byte> query, int code, bool truncated, IReadOnlyList<byte[]> answers, byte[]? authority = null)
    {
        byte[] head = [
            query[0], query[1], (byte)(0x81 | (truncated ? 2 : 0)), (byte)(0x80 | code), 0, 1,
            (byte)(answers.Count >> 8), (byte)answers.Count, 0, (byte)(authority is null ? 0 : 1), 0, 0];
        return [.. head, .. query[12..], .. answers.SelectMany(a => a), .. authority ?? []];
    }

    /// <summary>Both on one port: one that is free for UDP may be in use for TCP.</summary>
    private static (Socket Udp, Socket Tcp) Bind()
    {
        for (var attempt = 1; ; attempt++)
        {
            var datagrams = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            var streams = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                streams.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                datagrams.Bind(streams.LocalEndPoint!);
                streams.Listen();
                return (datagrams, streams);
            }
            catch (SocketException) when (attempt < 20)
            {
                datagrams.Dispose();
                streams.Dispose();
            }
        }
    }

    private async Task ServeUdpAsync()
    {
        var buffer = new byte[512];
        try
        {
            while (true)
            {
                var received = await udp.ReceiveFromAsync(buffer.AsMemory(), new IPEndPoint(IPAddress.Any, 0));
                var query = buffer[..received.ReceivedBytes];
                var answer = Answer(query, overTcp: false);
                await Gate;
                if (Mute) continue;
                if (Forgery is not null) await udp.SendToAsync(Forgery(query), received.RemoteEndPoint);
                if (answer.Length > 512) answer = Message(query, 0, truncated: true, []);
                await udp.SendToAsync(answer, received.RemoteEndPoint);
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeTcpAsync()
    {
        try
        {
            while (true)
            {
                using var client = await tcp.AcceptAsync();
                using var stream = new NetworkStream(client);
                var length = new byte[2];
                await stream.ReadExactlyAsync(length);
                var query = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                await stream.ReadExactlyAsync(query);
                var answer = Answer(query, overTcp: true);
                BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)answer.Length);
                await stream.WriteAsync((byte[])[.. length, .. answer]);
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or IOException)
        {
        }
    }

    private byte[] Answer(byte[] query, bool overTcp)
    {
        var position = 12;
        DnsName.TryRead(query, ref position, out var name).ShouldBeTrue();
        var type = (DnsRecordType)BinaryPrimitives.ReadUInt16BigEndian(query.AsSpan(position));
        lock (queries) queries.Add((name, type, overTcp));
        if (Code is { } code) return Message(query, code, truncated: false, []);
        if (replies.TryGetValue((name, type), out var reply)) return Message(query, 0, truncated: false, reply.Records);
        var exists = replies.Keys.Any(k => k.Item1 == name);
        // SOA: two names, four numbers, and how long "there is none" holds: 20 s.
        byte[] soa = [.. Name("ns.test"), .. Name("admin.test"), .. new byte[16], 0, 0, 0, 20];
        return Message(query, exists ? 0 : 3, truncated: false, [], Record("test", DnsRecordType.Soa, 600, soa));
    }

    private sealed record Reply(IReadOnlyList<byte[]> Records);
}

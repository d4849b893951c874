using System.Buffers.Binary;
using System.Net;

namespace Sluice.Gateway.Upstreams.Dns;

/// <summary>Queries and replies of RFC 1035. Reading never throws: what is not a whole, well-formed reply to the query is malformed.</summary>
internal static class DnsMessage
{
    /// <summary>Most bytes of a query: header, name, type and class.</summary>
    public const int LongestQuery = 12 + 255 + 4;

    private const int HeaderLength = 12;
    private const ushort Internet = 1;

    /// <summary>More answers than this are not looked at.</summary>
    private const int MostRecords = 1024;

    private const int MostAliases = 8;

    /// <summary>Caps what a server may say: a week.</summary>
    private const uint LongestTtl = 7 * 24 * 3600;

    /// <summary>Writes the query for a normalised name and returns its length.</summary>
    public static int WriteQuery(Span<byte> buffer, ushort id, string name, DnsRecordType type)
    {
        buffer[..HeaderLength].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(buffer, id);
        buffer[2] = 1; // recursion desired
        buffer[5] = 1; // one question
        var at = HeaderLength + DnsName.Write(buffer[HeaderLength..], name);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[at..], (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[(at + 2)..], Internet);
        return at + 4;
    }

    /// <summary>Reads the reply to a query.</summary>
    /// <returns>Null when it is not a reply to this query at all and may come from somebody else.</returns>
    public static DnsReply? Read(ReadOnlySpan<byte> message, ushort id, string name, DnsRecordType type)
    {
        if (message.Length < HeaderLength || BinaryPrimitives.ReadUInt16BigEndian(message) != id) return null;
        var isReplyToQuery = (message[2] & 0xF8) == 0x80;
        if (!isReplyToQuery || UInt16(message, 4) != 1) return null;
        var position = HeaderLength;
        if (!DnsName.TryRead(message, ref position, out var asked) || position + 4 > message.Length) return null;
        if (asked != name || UInt16(message, position) != (ushort)type || UInt16(message, position + 2) != Internet) return null;
        position += 4;

        if ((message[2] & 0x02) != 0) return DnsReply.Failed(DnsStatus.Truncated);
        var code = message[3] & 0x0F;
        if (code is not (0 or 3)) return DnsReply.Failed(DnsStatus.ServerFailure);
        return ReadRecords(message, position, name, type, noSuchName: code == 3) ?? DnsReply.Failed(DnsStatus.Malformed);
    }

    private static DnsReply? ReadRecords(ReadOnlySpan<byte> message, int position, string name, DnsRecordType type, bool noSuchName)
    {
        Dictionary<string, (string Target, uint Ttl)> aliases = [];
        List<(string Owner, DnsRecord Record, uint Ttl)> found = [];
        var answers = Math.Min((int)UInt16(message, 6), MostRecords);
        for (var i = 0; i < answers; i++)
        {
            if (!TryReadHeader(message, ref position, out var header)) return null;
            if (header.Class == Internet && header.Type == (ushort)DnsRecordType.Cname)
            {
                var at = header.Data;
                if (!DnsName.TryRead(message, ref at, out var target) || at > header.End) return null;
                aliases.TryAdd(header.Owner, (target, header.Ttl));
            }
            else if (header.Class == Internet && header.Type == (ushort)type)
            {
                if (ReadRecord(message, header) is not { } record) return null;
                found.Add((header.Owner, record, header.Ttl));
            }

            position = header.End;
        }

        var ttl = LongestTtl;
        var owner = name;
        for (var i = 0; i < MostAliases && aliases.TryGetValue(owner, out var alias); i++)
        {
            owner = alias.Target;
            ttl = Math.Min(ttl, alias.Ttl);
        }

        List<DnsRecord> records = [];
        foreach (var (_, record, recordTtl) in found.Where(f => f.Owner == owner))
        {
            records.Add(record);
            ttl = Math.Min(ttl, recordTtl);
        }

        if (records.Count > 0) return new DnsReply(DnsStatus.Answered, records, TimeSpan.FromSeconds(ttl));
        var negativeTtl = ReadNegativeTtl(message, position);
        return new DnsReply(noSuchName ? DnsStatus.NoSuchName : DnsStatus.NoRecords, [], TimeSpan.FromSeconds(negativeTtl));
    }

    /// <summary>How long "there is none" holds: the lesser of the SOA record's own time and its last field (RFC 2308). A week without one.</summary>
    private static uint ReadNegativeTtl(ReadOnlySpan<byte> message, int position)
    {
        var authorities = Math.Min((int)UInt16(message, 8), MostRecords);
        for (var i = 0; i < authorities && TryReadHeader(message, ref position, out var header); i++)
        {
            if (header.Type == (ushort)DnsRecordType.Soa && header.End - header.Data >= 22)
                return Math.Min(header.Ttl, BinaryPrimitives.ReadUInt32BigEndian(message[(header.End - 4)..]));
            position = header.End;
        }

        return LongestTtl;
    }

    private static DnsRecord? ReadRecord(ReadOnlySpan<byte> message, RecordHeader header)
    {
        var data = message[header.Data..header.End];
        switch ((DnsRecordType)header.Type)
        {
            case DnsRecordType.A when data.Length == 4:
            case DnsRecordType.Aaaa when data.Length == 16:
                return new DnsRecord { Address = new IPAddress(data) };
            case DnsRecordType.Srv when data.Length >= 7:
                var at = header.Data + 6;
                if (!DnsName.TryRead(message, ref at, out var target) || at > header.End) return null;
                return new DnsRecord { Priority = UInt16(data, 0), Weight = UInt16(data, 2), Port = UInt16(data, 4), Target = target };
            default:
                return null;
        }
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> message, ref int position, out RecordHeader header)
    {
        header = default;
        if (!DnsName.TryRead(message, ref position, out var owner) || position + 10 > message.Length) return false;
        var data = position + 10;
        var end = data + UInt16(message, position + 8);
        if (end > message.Length) return false;
        var ttl = Math.Min(BinaryPrimitives.ReadUInt32BigEndian(message[(position + 4)..]), LongestTtl);
        header = new RecordHeader(owner, UInt16(message, position), UInt16(message, position + 2), ttl, data, end);
        return true;
    }

    private static ushort UInt16(ReadOnlySpan<byte> message, int position) => BinaryPrimitives.ReadUInt16BigEndian(message[position..]);

    private readonly record struct RecordHeader(string Owner, ushort Type, ushort Class, uint Ttl, int Data, int End);
}

using System.Buffers.Binary;
using System.Text;

namespace Sluice.Gateway.Plugins.Llm;

/// <summary>Takes the pieces of a stream apart into events. An event that is longer than anybody sends ends it.</summary>
internal sealed class LlmStreamReader(LlmStreamFormat format)
{
    private const int MaxEvent = 4 * 1024 * 1024;

    private byte[] waiting = [];

    /// <summary>The events that <paramref name="piece"/> completes.</summary>
    /// <exception cref="InvalidDataException">The stream makes no sense.</exception>
    public List<LlmRawEvent> Add(ReadOnlySpan<byte> piece)
    {
        waiting = [.. waiting, .. piece];
        var events = new List<LlmRawEvent>();
        var taken = 0;
        while (Next(waiting.AsSpan(taken), events) is > 0 and var length) taken += length;
        waiting = waiting[taken..];
        if (waiting.Length > MaxEvent) throw new InvalidDataException("an event is too long");
        return events;
    }

    /// <summary>Takes one event; how many bytes it had, or 0 when it is not whole.</summary>
    private int Next(ReadOnlySpan<byte> bytes, List<LlmRawEvent> events) => format switch
    {
        LlmStreamFormat.AwsEvents => AwsEvent(bytes, events),
        LlmStreamFormat.JsonLines => Line(bytes, events),
        _ when Begins(bytes, (byte)'[') || Begins(bytes, (byte)',') || Begins(bytes, (byte)'{') || Begins(bytes, (byte)']') => JsonElement(bytes, events),
        _ => ServerSentEvent(bytes, events),
    };

    private static bool Begins(ReadOnlySpan<byte> bytes, byte with) => bytes.TrimStart(" \r\n\t"u8) is [var first, ..] && first == with;

    private static int ServerSentEvent(ReadOnlySpan<byte> bytes, List<LlmRawEvent> events)
    {
        var (end, length) = (bytes.IndexOf("\n\n"u8), 2);
        var windows = bytes.IndexOf("\r\n\r\n"u8);
        if (windows >= 0 && (end < 0 || windows < end)) (end, length) = (windows, 4);
        if (end < 0) return 0;
        string? type = null;
        var data = new StringBuilder();
        foreach (var line in Encoding.UTF8.GetString(bytes[..end]).Split('\n'))
        {
            var text = line.TrimEnd('\r');
            if (text.StartsWith("event:", StringComparison.Ordinal)) type = text[6..].Trim();
            else if (text.StartsWith("data:", StringComparison.Ordinal)) data.Append(data.Length > 0 ? "\n" : "").Append(text.AsSpan(5).TrimStart(' '));
        }

        if (data.Length > 0) events.Add(new(type, data.ToString()));
        return end + length;
    }

    private static int Line(ReadOnlySpan<byte> bytes, List<LlmRawEvent> events)
    {
        var end = bytes.IndexOf((byte)'\n');
        if (end < 0) return 0;
        var line = Encoding.UTF8.GetString(bytes[..end]).Trim();
        if (line.StartsWith("data:", StringComparison.Ordinal)) line = line[5..].Trim();
        if (line.StartsWith('{')) events.Add(new(null, line));
        return end + 1;
    }

    /// <summary>An object of an array, or a comma or bracket between two.</summary>
    private static int JsonElement(ReadOnlySpan<byte> bytes, List<LlmRawEvent> events)
    {
        var begin = bytes.Length - bytes.TrimStart(" \r\n\t"u8).Length;
        if (bytes[begin] != (byte)'{') return begin + 1;
        var (depth, quoted) = (0, false);
        for (var i = begin; i < bytes.Length; i++)
        {
            var b = bytes[i];
            if (quoted)
            {
                if (b == (byte)'\\') i++;
                else if (b == (byte)'"') quoted = false;
            }
            else if (b == (byte)'"') quoted = true;
            else if (b is (byte)'{' or (byte)'[') depth++;
            else if (b is (byte)'}' or (byte)']' && --depth == 0)
            {
                events.Add(new(null, Encoding.UTF8.GetString(bytes[begin..(i + 1)])));
                return i + 1;
            }
        }

        return 0;
    }

    /// <summary>application/vnd.amazon.eventstream: lengths, header fields, payload, with check sums that TLS makes needless.</summary>
    private static int AwsEvent(ReadOnlySpan<byte> bytes, List<LlmRawEvent> events)
    {
        if (bytes.Length < 12) return 0;
        var total = BinaryPrimitives.ReadInt32BigEndian(bytes);
        var headers = BinaryPrimitives.ReadInt32BigEndian(bytes[4..]);
        if (total is < 16 or > MaxEvent || headers < 0 || headers > total - 16) throw new InvalidDataException("an event has a wrong length");
        if (bytes.Length < total) return 0;
        string? type = null;
        for (var rest = bytes.Slice(12, headers); rest.Length > 0;)
        {
            // Each is a length and a name, the type 7 for a string, a length and a value. Others are not sent with these events.
            var name = 1 + rest[0];
            if (rest.Length < name + 3 || rest[name] != 7) break;
            var value = BinaryPrimitives.ReadUInt16BigEndian(rest[(name + 1)..]);
            if (rest.Length < name + 3 + value) break;
            if (Encoding.UTF8.GetString(rest[1..name]) == ":event-type") type = Encoding.UTF8.GetString(rest.Slice(name + 3, value));
            rest = rest[(name + 3 + value)..];
        }

        var payload = bytes[(12 + headers)..(total - 4)];
        if (payload.Length > 0) events.Add(new(type, Encoding.UTF8.GetString(payload)));
        return total;
    }
}

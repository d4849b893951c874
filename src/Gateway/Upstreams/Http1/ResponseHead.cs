using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>How far a parser has come.</summary>
internal enum ParseState { Incomplete, Complete, Invalid }

/// <summary>
/// The head of an upstream's answer, parsed in place as it arrives. Strict where leniency would let an upstream or somebody behind it slip a second
/// answer in: lines end in CR LF, fields are not folded, names are tokens, a length is said once and in digits, and the only coding is
/// <c>chunked</c> on HTTP/1.1. Never throws. The object belongs to a connection and is used again.
/// </summary>
internal sealed class ResponseHead
{
    private const int MostFields = 512;

    private static readonly SearchValues<byte> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>What a value or a reason must not have: control characters other than the tab.</summary>
    private static readonly SearchValues<byte> Control =
        SearchValues.Create([.. Enumerable.Range(0, 32).Where(c => c != '\t').Select(c => (byte)c), 0x7F]);

    private Field[] fields = new Field[32];
    private int count;
    private int position;
    private int searched;
    private bool statusRead;
    private bool isHttp11;
    private bool closes;
    private List<Range>? connectionLists;

    /// <summary>100 to 999.</summary>
    public int Status { get; private set; }

    /// <summary>Bytes of the head, with the empty line.</summary>
    public int Length => position;

    /// <summary>The body's length; null when none was said.</summary>
    public long? ContentLength { get; private set; }

    public bool IsChunked { get; private set; }

    /// <summary>The connection stays open after the answer, as far as the fields say.</summary>
    public bool KeepsAlive { get; private set; }

    /// <summary>The answer names <c>websocket</c> in Upgrade.</summary>
    public bool UpgradesToWebSocket { get; private set; }

    /// <summary>What was wrong, for logs and explanations.</summary>
    public string? Problem { get; private set; }

    /// <summary>Forgets the last answer.</summary>
    public void Reset()
    {
        count = 0;
        position = 0;
        searched = 0;
        statusRead = false;
        isHttp11 = false;
        closes = false;
        connectionLists?.Clear();
        Status = 0;
        ContentLength = null;
        IsChunked = false;
        KeepsAlive = false;
        UpgradesToWebSocket = false;
        Problem = null;
    }

    /// <summary>Goes on where the last call ended.</summary>
    /// <param name="bytes">All bytes of the answer so far, the same ones as before with more behind.</param>
    /// <param name="limit">Most bytes of the head.</param>
    public ParseState Parse(ReadOnlySpan<byte> bytes, int limit)
    {
        if (Problem is not null) return ParseState.Invalid;
        while (true)
        {
            var end = bytes[searched..].IndexOf((byte)'\n');
            if (end < 0)
            {
                searched = bytes.Length;
                return bytes.Length >= limit ? Refuse("the head is too large") : EarlyLook(bytes);
            }

            end += searched;
            if (end >= limit) return Refuse("the head is too large");
            if (end == position || bytes[end - 1] != '\r') return Refuse("a line does not end in CR LF");
            var start = position;
            position = searched = end + 1;
            var line = bytes[start..(end - 1)];
            if (!statusRead)
            {
                if (!ReadStatus(line)) return Refuse("the status line is not one");
                statusRead = true;
            }
            else if (line.IsEmpty) return Finish();
            else if (!ReadField(line, start)) return Refuse("a field is not well formed");
        }
    }

    /// <summary>Puts the fields into <paramref name="headers"/>, without those that concern the upstream's connection only.</summary>
    /// <param name="bytes">The same bytes that were parsed.</param>
    /// <param name="headers">The client's response; what a field sets here replaces what was there.</param>
    /// <param name="keepTrailer">Trailers can be sent to the client, so that it is told which will come.</param>
    public void CopyTo(ReadOnlySpan<byte> bytes, IHeaderDictionary headers, bool keepTrailer)
    {
        for (var i = 0; i < count; i++)
        {
            ref var field = ref fields[i];
            var nameBytes = bytes[field.Name..field.NameEnd];
            if (nameBytes.Length == 7 && !keepTrailer && Ascii.EqualsIgnoreCase(nameBytes, "Trailer"u8)) continue;
            if (IsForNginx(nameBytes)) continue;
            if (connectionLists is { Count: > 0 } && IsListed(bytes, nameBytes)) continue;
            var name = field.Text = FieldStrings.Name(nameBytes);
            var value = FieldStrings.Value(bytes[field.Value..field.ValueEnd]);
            if (!IsRepeated(name, i)) headers[name] = value;
            else if (!IsSingular(nameBytes)) headers[name] = StringValues.Concat(headers[name], value);
        }
    }

    /// <summary>The value of the first field called <paramref name="name"/>; null when there is none.</summary>
    /// <param name="bytes">The same bytes that were parsed.</param>
    /// <param name="name">In any case.</param>
    public string? Find(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < count; i++)
            if (Ascii.EqualsIgnoreCase(bytes[fields[i].Name..fields[i].NameEnd], name))
                return Encoding.Latin1.GetString(bytes[fields[i].Value..fields[i].ValueEnd]);
        return null;
    }

    /// <summary>Fields of which there can be one only: as in nginx the first counts, so that nobody behind us has to choose.</summary>
    private static bool IsSingular(ReadOnlySpan<byte> name) => name.Length switch
    {
        4 => Ascii.EqualsIgnoreCase(name, "Date"u8) || Ascii.EqualsIgnoreCase(name, "ETag"u8),
        6 => Ascii.EqualsIgnoreCase(name, "Server"u8),
        7 => Ascii.EqualsIgnoreCase(name, "Expires"u8),
        8 => Ascii.EqualsIgnoreCase(name, "Location"u8),
        12 => Ascii.EqualsIgnoreCase(name, "Content-Type"u8),
        13 => Ascii.EqualsIgnoreCase(name, "Last-Modified"u8),
        _ => false,
    };

    /// <summary>Splits one line into a name that is a token and a value without control characters or space around it.</summary>
    public static bool TrySplitField(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var colon = line.IndexOf((byte)':');
        name = colon <= 0 ? [] : line[..colon];
        value = colon <= 0 ? [] : line[(colon + 1)..].Trim(" \t"u8);
        return colon > 0 && name.IndexOfAnyExcept(Token) < 0 && value.IndexOfAny(Control) < 0;
    }

    /// <summary>X-Accel-* are an upstream's instructions to nginx, which Kong follows and takes out.</summary>
    private static bool IsForNginx(ReadOnlySpan<byte> name) =>
        name.Length > 8 && (name[0] | 0x20) == 'x' && Ascii.EqualsIgnoreCase(name[..8], "X-Accel-"u8);

    private static bool TokenIs(ReadOnlySpan<byte> token, ReadOnlySpan<byte> other) => Ascii.EqualsIgnoreCase(token, other);

    private static ReadOnlySpan<byte> NextToken(ref ReadOnlySpan<byte> list)
    {
        var comma = list.IndexOf((byte)',');
        var token = comma < 0 ? list : list[..comma];
        list = comma < 0 ? [] : list[(comma + 1)..];
        return token.Trim(" \t"u8);
    }

    /// <summary>A line that has not ended yet can still be known to be wrong; a peer that does not speak HTTP is not waited for.</summary>
    private ParseState EarlyLook(ReadOnlySpan<byte> bytes)
    {
        if (statusRead || bytes.Length == 0) return ParseState.Incomplete;
        var start = "HTTP/1."u8;
        var seen = Math.Min(bytes.Length, start.Length);
        return bytes[..seen].SequenceEqual(start[..seen]) ? ParseState.Incomplete : Refuse("it does not start with HTTP/1.");
    }

    private bool ReadStatus(ReadOnlySpan<byte> line)
    {
        // HTTP/1.1 200 OK
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[7] is not ((byte)'0' or (byte)'1') || line[8] != ' ') return false;
        int a = line[9] - '0', b = line[10] - '0', c = line[11] - '0';
        if ((uint)a > 9 || (uint)b > 9 || (uint)c > 9 || a == 0) return false;
        if (line.Length > 12 && (line[12] != ' ' || line[13..].IndexOfAny(Control) >= 0)) return false;
        Status = (a * 100) + (b * 10) + c;
        KeepsAlive = line[7] == '1';
        isHttp11 = KeepsAlive;
        return true;
    }

    private bool ReadField(ReadOnlySpan<byte> line, int start)
    {
        if (!TrySplitField(line, out var name, out var value)) return false;
        var colon = name.Length;
        var from = colon + 1;
        while (from < line.Length && line[from] is (byte)' ' or (byte)'\t' && value.Length > 0) from++;
        var to = from + value.Length;
        switch (colon)
        {
            case 7 when Ascii.EqualsIgnoreCase(name, "Upgrade"u8):
                UpgradesToWebSocket = Ascii.EqualsIgnoreCase(value, "websocket"u8);
                return true;
            case 10 when Ascii.EqualsIgnoreCase(name, "Connection"u8):
                return ReadConnection(value, start + from);
            case 10 when Ascii.EqualsIgnoreCase(name, "Keep-Alive"u8):
                return true;
            case 14 when Ascii.EqualsIgnoreCase(name, "Content-Length"u8):
                return ReadLength(value);
            case 17 when Ascii.EqualsIgnoreCase(name, "Transfer-Encoding"u8):
                if (IsChunked || !isHttp11 || !Ascii.EqualsIgnoreCase(value, "chunked"u8)) return false;
                IsChunked = true;
                return true;
            default:
                if (count == MostFields) return false;
                if (count == fields.Length) Array.Resize(ref fields, count * 2);
                fields[count++] = new Field { Name = start, NameEnd = start + colon, Value = start + from, ValueEnd = start + to };
                return true;
        }
    }

    private bool ReadConnection(ReadOnlySpan<byte> value, int at)
    {
        var list = value;
        var lists = false;
        while (!list.IsEmpty)
        {
            var token = NextToken(ref list);
            if (TokenIs(token, "close"u8)) closes = true;
            else if (TokenIs(token, "keep-alive"u8)) KeepsAlive = true;
            else if (!token.IsEmpty && !TokenIs(token, "upgrade"u8)) lists = true;
        }

        if (lists) (connectionLists ??= []).Add(at..(at + value.Length));
        return true;
    }

    private bool ReadLength(ReadOnlySpan<byte> digits)
    {
        if (ContentLength is not null || digits.Length is 0 or > 18) return false;
        long length = 0;
        foreach (var digit in digits)
        {
            if ((uint)(digit - '0') > 9) return false;
            length = (length * 10) + (digit - '0');
        }

        ContentLength = length;
        return true;
    }

    private ParseState Finish()
    {
        if (IsChunked && ContentLength is not null) return Refuse("it has both Content-Length and Transfer-Encoding");
        if (closes) KeepsAlive = false;
        return ParseState.Complete;
    }

    private bool IsListed(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> name)
    {
        foreach (var range in connectionLists!)
        {
            var list = bytes[range];
            while (!list.IsEmpty)
                if (TokenIs(NextToken(ref list), name))
                    return true;
        }

        return false;
    }

    private bool IsRepeated(string name, int index)
    {
        for (var i = 0; i < index; i++)
        {
            var other = fields[i].Text;
            if (ReferenceEquals(other, name)) return true;
            if (other is not null && other.Length == name.Length && other.Equals(name, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    private ParseState Refuse(string problem)
    {
        Problem = problem;
        return ParseState.Invalid;
    }

    private struct Field
    {
        public int Name;
        public int NameEnd;
        public int Value;
        public int ValueEnd;
        public string? Text;
    }
}

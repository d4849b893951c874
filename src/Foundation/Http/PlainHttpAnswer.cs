using System.Text;

namespace Sluice.Foundation.Http;

/// <summary>An answer, read to its end.</summary>
/// <param name="status">200 to 999.</param>
/// <param name="head">Status line and fields as they came, checked: every line ends in CR LF, every field has a name and a value.</param>
/// <param name="body">Without the transfer coding, still with the content coding.</param>
public sealed class PlainHttpAnswer(int status, ReadOnlyMemory<byte> head, byte[] body)
{
    public int Status => status;

    public byte[] Body => body;

    /// <summary>What the status line says behind the status.</summary>
    public string Reason
    {
        get
        {
            var line = head.Span[..head.Span.IndexOf((byte)'\r')];
            return line.Length > 13 ? Encoding.Latin1.GetString(line[13..]) : "";
        }
    }

    /// <summary>The value of the first field called <paramref name="name"/>; null when there is none.</summary>
    public string? Find(ReadOnlySpan<byte> name)
    {
        var rest = AfterLine(head.Span);
        while (NextField(ref rest, out var field, out var value))
            if (Ascii.EqualsIgnoreCase(field, name)) return Encoding.Latin1.GetString(value);
        return null;
    }

    /// <summary>All fields in their order; made only when somebody asks.</summary>
    public List<KeyValuePair<string, string>> Fields()
    {
        var fields = new List<KeyValuePair<string, string>>();
        var rest = AfterLine(head.Span);
        while (NextField(ref rest, out var name, out var value)) fields.Add(new(Encoding.Latin1.GetString(name), Encoding.Latin1.GetString(value)));
        return fields;
    }

    private static ReadOnlySpan<byte> AfterLine(ReadOnlySpan<byte> bytes) => bytes[(bytes.IndexOf((byte)'\n') + 1)..];

    private static bool NextField(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var line = rest[..Math.Max(0, rest.IndexOf((byte)'\r'))];
        var colon = line.IndexOf((byte)':');
        name = colon < 0 ? [] : line[..colon];
        value = colon < 0 ? [] : line[(colon + 1)..].Trim(" \t"u8);
        rest = AfterLine(rest);
        return colon > 0;
    }
}

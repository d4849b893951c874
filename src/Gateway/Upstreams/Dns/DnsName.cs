using System.Globalization;
using System.Text;

namespace Sluice.Gateway.Upstreams.Dns;

/// <summary>Names as they stand in DNS messages: labels of up to 63 bytes with their lengths, perhaps ending in a pointer to an earlier place.</summary>
internal static class DnsName
{
    /// <summary>Most bytes of a name in a message.</summary>
    private const int MostBytes = 255;

    /// <summary>Lower case, without the final dot, in ASCII (punycode).</summary>
    /// <returns>Null for what cannot be a name.</returns>
    public static string? Normalize(string name)
    {
        var text = name.EndsWith('.') ? name[..^1] : name;
        if (!Ascii.IsValid(text))
        {
            try
            {
                text = new IdnMapping().GetAscii(text);
            }
            catch (ArgumentException)
            {
                return null;
            }
        }

        if (text.Length is 0 or > MostBytes - 2) return null;
        foreach (var range in text.AsSpan().Split('.'))
        {
            var label = text.AsSpan()[range];
            if (label.Length is 0 or > 63 || label.ContainsAnyInRange('\0', ' ')) return null;
        }

        return text.ToLowerInvariant();
    }

    /// <summary>Writes a normalised name and returns its length in the message.</summary>
    public static int Write(Span<byte> buffer, string name)
    {
        var written = 0;
        foreach (var range in name.AsSpan().Split('.'))
        {
            var label = name.AsSpan()[range];
            buffer[written] = (byte)label.Length;
            Encoding.ASCII.GetBytes(label, buffer[(written + 1)..]);
            written += label.Length + 1;
        }

        buffer[written] = 0;
        return written + 1;
    }

    /// <summary>
    /// Reads a name in lower case. Pointers must lead backwards, each further than the one before, so that they end whatever the message says.
    /// </summary>
    /// <param name="position">Where it begins; then, behind it.</param>
    public static bool TryRead(ReadOnlySpan<byte> message, ref int position, out string name)
    {
        name = "";
        Span<char> text = stackalloc char[MostBytes];
        var (length, at, end, lowest) = (0, position, -1, position);
        while (true)
        {
            if ((uint)at >= (uint)message.Length) return false;
            int size = message[at++];
            if (size == 0) break;
            if (size >= 0xC0)
            {
                if (at >= message.Length) return false;
                var target = ((size & 0x3F) << 8) | message[at++];
                if (target >= lowest) return false;
                if (end < 0) end = at;
                (at, lowest) = (target, target);
                continue;
            }

            if (size > 63 || at + size > message.Length || length + size + 1 > MostBytes - 1) return false;
            if (length > 0) text[length++] = '.';
            foreach (var b in message.Slice(at, size))
            {
                // A dot inside a label, a control or a non-ASCII byte is in no name that is looked up here.
                if (b is <= 0x20 or >= 0x7F or (byte)'.') return false;
                text[length++] = char.ToLowerInvariant((char)b);
            }

            at += size;
        }

        position = end < 0 ? at : end;
        name = new string(text[..length]);
        return true;
    }
}

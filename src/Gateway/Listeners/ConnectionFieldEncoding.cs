using System.Text;

namespace Sluice.Gateway.Listeners;

/// <summary>
/// Decodes the Connection field so that Kestrel leaves the names of other fields in it. Kestrel replaces a value in which it finds one of
/// <c>keep-alive</c>, <c>close</c> and <c>upgrade</c> by that one, and a proxy would no longer know which fields go no further
/// (RFC 9110, 7.6.1). A value with two of them stays, as does one with none: so <c>keep-alive</c>, which is HTTP/1.1's default, is added to the
/// others, where it changes nothing, and is taken away where it stands alone.
/// </summary>
internal sealed unsafe class ConnectionFieldEncoding : Encoding
{
    private const string Addition = ", keep-alive";

    public static readonly ConnectionFieldEncoding Instance = new();

    private ConnectionFieldEncoding() { }

    public override int GetCharCount(byte* bytes, int count) => Decode(new(bytes, count), default);

    public override int GetChars(byte* bytes, int byteCount, char* chars, int charCount) => Decode(new(bytes, byteCount), new(chars, charCount));

    public override int GetCharCount(byte[] bytes, int index, int count) => Decode(bytes.AsSpan(index, count), default);

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) =>
        Decode(bytes.AsSpan(byteIndex, byteCount), chars.AsSpan(charIndex));

    public override int GetByteCount(char[] chars, int index, int count) => Latin1.GetByteCount(chars, index, count);

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
        Latin1.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

    public override int GetMaxByteCount(int charCount) => Latin1.GetMaxByteCount(charCount);

    public override int GetMaxCharCount(int byteCount) => byteCount + Addition.Length;

    /// <summary>Writes the value, unless <paramref name="into"/> is empty; returns its length either way.</summary>
    private static int Decode(ReadOnlySpan<byte> value, Span<char> into)
    {
        // As Kestrel's own decoding does, which makes a 400 of it.
        if (value.Contains((byte)0)) throw new InvalidOperationException("a header field with a NUL");

        bool keeps = false, changes = false, names = false;
        foreach (var range in value.Split((byte)','))
        {
            var option = value[range].Trim(" \t"u8);
            if (Is(option, "keep-alive"u8)) keeps = true;
            else if (Is(option, "close"u8) || Is(option, "upgrade"u8)) changes = true;
            else names |= !option.IsEmpty;
        }

        if (!names || keeps == changes) return Copy(value, into);
        if (keeps) return CopyNames(value, into);

        var length = Copy(value, into);
        if (!into.IsEmpty) Addition.CopyTo(into[length..]);
        return length + Addition.Length;
    }

    private static int CopyNames(ReadOnlySpan<byte> value, Span<char> into)
    {
        var length = 0;
        foreach (var range in value.Split((byte)','))
        {
            var option = value[range].Trim(" \t"u8);
            if (option.IsEmpty || Is(option, "keep-alive"u8)) continue;
            if (length > 0)
            {
                if (!into.IsEmpty) into[length] = ',';
                length++;
            }

            length += Copy(option, into.IsEmpty ? into : into[length..]);
        }

        return length;
    }

    private static int Copy(ReadOnlySpan<byte> value, Span<char> into) => into.IsEmpty ? value.Length : Latin1.GetChars(value, into);

    private static bool Is(ReadOnlySpan<byte> option, ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(option, name);
}

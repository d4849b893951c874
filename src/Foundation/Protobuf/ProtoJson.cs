using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Foundation.Protobuf;

/// <summary>Turns JSON into messages and back. Fields are shown under the names of the .proto file, as in Kong, and read under both of theirs.</summary>
public static class ProtoJson
{
    /// <summary>How deep messages may lie in messages.</summary>
    internal const int MaxDepth = 64;

    public static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonWriterOptions Options = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a JSON object as a message.</summary>
    /// <exception cref="ProtoFormatException">A value does not fit its field; the message says which.</exception>
    public static byte[] Encode(JsonObject json, ProtoMessage message, ProtoJsonStyle? style = null) => EncodeNode(json, message, style);

    /// <summary>Writes a message as JSON; null when it is not well-formed.</summary>
    public static byte[]? Decode(ReadOnlySpan<byte> bytes, ProtoMessage message, ProtoJsonStyle? style = null)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, Options))
        {
            if (!DecodeNode(bytes, message, out var node, style)) return null;
            if (node is null) json.WriteNullValue();
            else node.WriteTo(json);
        }

        return text.ToArray();
    }

    /// <summary>As <see cref="Encode"/>, for any JSON.</summary>
    public static byte[] EncodeNode(JsonNode? json, ProtoMessage message, ProtoJsonStyle? style = null, int depth = 0)
    {
        var writer = new ProtoWriter();
        try
        {
            new ProtoJsonWriter(style ?? ProtoJsonStyle.Default).WriteMessage(writer, json, message, depth);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // Parsed JSON is looked at only now: it may hold text that is no UTF-8, and members twice.
            throw new ProtoFormatException("the JSON has text that is no UTF-8, or a member twice");
        }

        return writer.ToArray();
    }

    /// <summary>As <see cref="Decode"/>; false when the message is not well-formed.</summary>
    public static bool DecodeNode(ReadOnlySpan<byte> bytes, ProtoMessage message, out JsonNode? json, ProtoJsonStyle? style = null, int depth = 0)
    {
        style ??= ProtoJsonStyle.Default;
        var fields = new ProtoJsonReader(style).Read(bytes, message, depth);
        json = fields is null ? null : WellKnownTypes.Show(fields, message, style, depth);
        return fields is not null;
    }

    /// <summary>Of either alphabet, padded or not; null when it is none.</summary>
    public static byte[]? FromBase64(string text)
    {
        text = text.Replace('-', '+').Replace('_', '/').TrimEnd('=');
        var bytes = new byte[(text.Length * 3 / 4) + 3];
        return Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), bytes, out var length) ? bytes[..length] : null;
    }

    internal static ProtoWire WireOf(ProtoKind kind) => kind switch
    {
        ProtoKind.Double or ProtoKind.Fixed64 or ProtoKind.SFixed64 => ProtoWire.Fixed64,
        ProtoKind.Float or ProtoKind.Fixed32 or ProtoKind.SFixed32 => ProtoWire.Fixed32,
        ProtoKind.String or ProtoKind.Bytes or ProtoKind.Message => ProtoWire.Bytes,
        _ => ProtoWire.Varint,
    };
}

/// <summary>What JSON and messages look like beside the rules that always hold.</summary>
public sealed record ProtoJsonStyle
{
    public static ProtoJsonStyle Default { get; } = new();

    /// <summary>Whether numbers of 64 bits are shown as text, as protobuf.dev has it, because JavaScript's numbers cannot hold all of them.</summary>
    public bool LongsAreText { get; init; }

    /// <summary>Whether members that a message does not have are refused, rather than left out.</summary>
    public bool RefusesUnknown { get; init; }
}

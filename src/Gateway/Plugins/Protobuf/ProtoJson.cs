using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Gateway.Plugins.Protobuf;

/// <summary>Turns JSON into messages and back. Fields are written under the names of the .proto file, as in Kong, and read under both of theirs.</summary>
internal static class ProtoJson
{
    private const int MaxDepth = 64;

    public static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonWriterOptions Options = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a JSON object as a message; members that the message does not have are left out.</summary>
    /// <exception cref="ProtoFormatException">A value does not fit its field; the message says which.</exception>
    public static byte[] Encode(JsonObject json, ProtoMessage message)
    {
        var writer = new ProtoWriter();
        WriteMessage(writer, json, message, 0);
        return writer.ToArray();
    }

    /// <summary>Writes a message as JSON; null when it is not well-formed.</summary>
    public static byte[]? Decode(ReadOnlySpan<byte> bytes, ProtoMessage message)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, Options))
        {
            if (!DecodeNode(bytes, message, out var node)) return null;
            if (node is null) json.WriteNullValue();
            else node.WriteTo(json);
        }

        return text.ToArray();
    }

    /// <summary>As <see cref="Encode"/>, for any JSON.</summary>
    public static byte[] EncodeNode(JsonNode? json, ProtoMessage message)
    {
        var writer = new ProtoWriter();
        WriteMessage(writer, json, message, 0);
        return writer.ToArray();
    }

    /// <summary>As <see cref="Decode(ReadOnlySpan{byte}, ProtoMessage)"/>; false when the message is not well-formed.</summary>
    public static bool DecodeNode(ReadOnlySpan<byte> bytes, ProtoMessage message, out JsonNode? json)
    {
        var fields = Parse(bytes, message, 0);
        json = fields is null ? null : WellKnownTypes.Show(fields, message);
        return fields is not null;
    }

    private static void WriteMessage(ProtoWriter writer, JsonNode? json, ProtoMessage message, int depth)
    {
        if (depth > MaxDepth) throw new ProtoFormatException("nested too deeply");
        json = WellKnownTypes.Fields(json, message);
        if (json is not JsonObject members) throw new ProtoFormatException($"an object is expected for {message.Name}");
        foreach (var (name, value) in members)
            if (message.Find(name) is { } field && (value is not null || (WellKnownTypes.HasNull(field.Message) && !field.Repeated))) WriteField(writer, field, value, depth);
    }

    private static void WriteField(ProtoWriter writer, ProtoField field, JsonNode? value, int depth)
    {
        if (field.IsMap)
        {
            if (value is not JsonObject entries) throw Misfit(field, "an object");
            foreach (var (key, item) in entries)
                writer.Message(field.Number, entry => WriteMessage(entry, new JsonObject { ["key"] = key, ["value"] = item?.DeepClone() }, field.Message!, depth + 1));
            return;
        }

        if (!field.Repeated)
        {
            WriteValue(writer, field, value, depth, tag: true);
            return;
        }

        // One value stands for a list of one: that is what a query gives.
        var items = value is JsonArray array ? array.ToList() : [value];
        if (field.Packed && field.Kind is not (ProtoKind.String or ProtoKind.Bytes or ProtoKind.Message))
        {
            if (items.Count > 0) writer.Message(field.Number, packed => items.ForEach(i => WriteValue(packed, field, i, depth, tag: false)));
            return;
        }

        foreach (var item in items) WriteValue(writer, field, item, depth, tag: true);
    }

    private static void WriteValue(ProtoWriter writer, ProtoField field, JsonNode? value, int depth, bool tag)
    {
        if (value is null && !WellKnownTypes.HasNull(field.Message)) throw Misfit(field, "a value");
        if (tag && field.Kind != ProtoKind.Message) writer.Tag(field.Number, WireOf(field.Kind));
        switch (field.Kind)
        {
            case ProtoKind.Message:
                writer.Message(field.Number, inner => WriteMessage(inner, value, field.Message!, depth + 1));
                break;
            case ProtoKind.String:
                writer.Bytes(Encoding.UTF8.GetBytes(Text(value)));
                break;
            case ProtoKind.Bytes:
                writer.Bytes(FromBase64(Text(value)) ?? throw Misfit(field, "base64"));
                break;
            case ProtoKind.Bool:
                writer.Varint(Text(value) switch { "true" or "1" => 1, "false" or "0" => 0, _ => throw Misfit(field, "true or false") });
                break;
            case ProtoKind.Enum:
                writer.Varint((ulong)(long)EnumNumber(field, Text(value)));
                break;
            case ProtoKind.Double:
                writer.Fixed64(BitConverter.DoubleToUInt64Bits(Floating(field, value)));
                break;
            case ProtoKind.Float:
                writer.Fixed32(BitConverter.SingleToUInt32Bits((float)Floating(field, value)));
                break;
            case ProtoKind.Int32:
                writer.Varint((ulong)Whole(field, value, int.MinValue, int.MaxValue));
                break;
            case ProtoKind.Int64:
                writer.Varint((ulong)Whole(field, value, long.MinValue, long.MaxValue));
                break;
            case ProtoKind.UInt32:
                writer.Varint((ulong)Whole(field, value, 0, uint.MaxValue));
                break;
            case ProtoKind.UInt64:
                writer.Varint((ulong)Whole(field, value, 0, ulong.MaxValue));
                break;
            case ProtoKind.SInt32 or ProtoKind.SInt64:
                var signed = (long)Whole(field, value, field.Kind == ProtoKind.SInt32 ? int.MinValue : long.MinValue, field.Kind == ProtoKind.SInt32 ? int.MaxValue : long.MaxValue);
                writer.Varint((ulong)((signed << 1) ^ (signed >> 63)));
                break;
            case ProtoKind.Fixed32:
                writer.Fixed32((uint)Whole(field, value, 0, uint.MaxValue));
                break;
            case ProtoKind.SFixed32:
                writer.Fixed32((uint)(int)Whole(field, value, int.MinValue, int.MaxValue));
                break;
            case ProtoKind.Fixed64:
                writer.Fixed64((ulong)Whole(field, value, 0, ulong.MaxValue));
                break;
            default:
                writer.Fixed64((ulong)(long)Whole(field, value, long.MinValue, long.MaxValue));
                break;
        }
    }

    private static JsonObject? Parse(ReadOnlySpan<byte> bytes, ProtoMessage message, int depth)
    {
        if (depth > MaxDepth) return null;
        var json = new JsonObject();
        foreach (var field in message.Fields)
            if (field is { HasPresence: false, Repeated: false } && field.Kind != ProtoKind.Message) json[field.Name] = Default(field);
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            if (message.Find(reader.Field) is not { } field)
            {
                reader.Skip();
                continue;
            }

            if (field.IsMap)
            {
                if (reader.Wire != ProtoWire.Bytes || Parse(reader.Bytes(), field.Message!, depth + 1) is not { } entry) return null;
                if (json[field.Name] is not JsonObject entries) json[field.Name] = entries = [];
                entries[Text(entry["key"]) is { Length: > 0 } key ? key : ""] = entry["value"]?.DeepClone();
            }
            else if (field.Repeated)
            {
                if (json[field.Name] is not JsonArray items) json[field.Name] = items = [];
                if (reader.Wire == ProtoWire.Bytes && WireOf(field.Kind) != ProtoWire.Bytes)
                {
                    var packed = new ProtoReader(reader.Bytes());
                    while (!packed.AtEnd)
                        if (!TryRead(ref packed, field, depth, out var item)) return null;
                        else items.Add(item);
                    if (packed.Failed) return null;
                }
                else
                {
                    if (reader.Wire != WireOf(field.Kind) || !TryRead(ref reader, field, depth, out var item)) return null;
                    items.Add(item);
                }
            }
            else
            {
                if (reader.Wire != WireOf(field.Kind) || !TryRead(ref reader, field, depth, out var value)) return null;
                json[field.Name] = value;
            }
        }

        return reader.Failed ? null : json;
    }

    private static bool TryRead(ref ProtoReader reader, ProtoField field, int depth, out JsonNode? value)
    {
        value = null;
        switch (field.Kind)
        {
            case ProtoKind.Message:
                if (Parse(reader.Bytes(), field.Message!, depth + 1) is not { } inner) return false;
                value = WellKnownTypes.Show(inner, field.Message!);
                break;
            case ProtoKind.String:
                value = Encoding.UTF8.GetString(reader.Bytes());
                break;
            case ProtoKind.Bytes:
                value = Convert.ToBase64String(reader.Bytes());
                break;
            case ProtoKind.Bool:
                value = reader.Varint() != 0;
                break;
            case ProtoKind.Enum:
                var number = (int)reader.Varint();
                value = field.Enum!.NameOf(number) is { } name ? name : number;
                break;
            case ProtoKind.Double:
                value = Number(BitConverter.UInt64BitsToDouble(reader.Fixed64()));
                break;
            case ProtoKind.Float:
                value = Number(BitConverter.UInt32BitsToSingle(reader.Fixed32()));
                break;
            case ProtoKind.Int32:
                value = (int)reader.Varint();
                break;
            case ProtoKind.Int64:
                value = (long)reader.Varint();
                break;
            case ProtoKind.UInt32:
                value = (uint)reader.Varint();
                break;
            case ProtoKind.UInt64:
                value = reader.Varint();
                break;
            case ProtoKind.SInt32 or ProtoKind.SInt64:
                var zigzag = reader.Varint();
                value = (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
                break;
            case ProtoKind.Fixed32:
                value = reader.Fixed32();
                break;
            case ProtoKind.SFixed32:
                value = (int)reader.Fixed32();
                break;
            case ProtoKind.Fixed64:
                value = reader.Fixed64();
                break;
            default:
                value = (long)reader.Fixed64();
                break;
        }

        return !reader.Failed;
    }

    private static JsonNode? Default(ProtoField field) => field.Kind switch
    {
        ProtoKind.String or ProtoKind.Bytes => "",
        ProtoKind.Bool => false,
        ProtoKind.Enum => field.Enum!.NameOf(0) ?? (JsonNode)0,
        _ => 0,
    };

    private static JsonNode Number(double value) => double.IsFinite(value) ? value : value.ToString(CultureInfo.InvariantCulture);

    private static JsonNode Number(float value) =>
        float.IsFinite(value) ? JsonNode.Parse(value.ToString("R", CultureInfo.InvariantCulture))! : value.ToString(CultureInfo.InvariantCulture);

    private static int EnumNumber(ProtoField field, string text) =>
        field.Enum!.Numbers.TryGetValue(text, out var number) || int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number)
            ? number
            : throw Misfit(field, $"one of {string.Join(", ", field.Enum.Numbers.Keys)}");

    private static double Floating(ProtoField field, JsonNode? value) =>
        double.TryParse(Text(value), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw Misfit(field, "a number");

    private static Int128 Whole(ProtoField field, JsonNode? value, Int128 min, Int128 max)
    {
        var text = Text(value);
        if (Int128.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return number >= min && number <= max ? number : throw Misfit(field, "a smaller number");
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && Math.Floor(real) == real && real >= (double)min && real <= (double)max
            ? (Int128)real
            : throw Misfit(field, "a whole number");
    }

    private static string Text(JsonNode? value) => value is JsonValue scalar
        ? scalar.GetValueKind() == JsonValueKind.String ? scalar.GetValue<string>() : scalar.ToJsonString()
        : throw new ProtoFormatException("a plain value is expected");

    /// <summary>Of either alphabet, padded or not; null when it is none.</summary>
    public static byte[]? FromBase64(string text)
    {
        text = text.Replace('-', '+').Replace('_', '/').TrimEnd('=');
        var bytes = new byte[(text.Length * 3 / 4) + 3];
        return Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), bytes, out var length) ? bytes[..length] : null;
    }

    private static ProtoFormatException Misfit(ProtoField field, string wanted) => new($"{field.Name}: {wanted} is expected");

    private static ProtoWire WireOf(ProtoKind kind) => kind switch
    {
        ProtoKind.Double or ProtoKind.Fixed64 or ProtoKind.SFixed64 => ProtoWire.Fixed64,
        ProtoKind.Float or ProtoKind.Fixed32 or ProtoKind.SFixed32 => ProtoWire.Fixed32,
        ProtoKind.String or ProtoKind.Bytes or ProtoKind.Message => ProtoWire.Bytes,
        _ => ProtoWire.Varint,
    };
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Foundation.Protobuf;

/// <summary>Writes JSON as messages.</summary>
internal sealed class ProtoJsonWriter(ProtoJsonStyle style)
{
    public void WriteMessage(ProtoWriter writer, JsonNode? json, ProtoMessage message, int depth)
    {
        if (depth > ProtoJson.MaxDepth) throw new ProtoFormatException("nested too deeply");
        json = WellKnownTypes.Fields(json, message, style, depth);
        if (json is not JsonObject members) throw new ProtoFormatException($"an object is expected for {message.Name}");
        foreach (var (name, value) in members)
        {
            if (message.Find(name) is not { } field)
            {
                if (style.RefusesUnknown) throw new ProtoFormatException($"{name}: {message.Name} has no such field; it has {string.Join(", ", message.Fields.Select(f => f.Name))}");
            }
            else if (value is not null || (WellKnownTypes.HasNull(field.Message) && !field.Repeated)) WriteField(writer, field, value, depth);
        }
    }

    private void WriteField(ProtoWriter writer, ProtoField field, JsonNode? value, int depth)
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

    private void WriteValue(ProtoWriter writer, ProtoField field, JsonNode? value, int depth, bool tag)
    {
        if (value is null && !WellKnownTypes.HasNull(field.Message)) throw Misfit(field, "a value");
        if (tag && field.Kind != ProtoKind.Message) writer.Tag(field.Number, ProtoJson.WireOf(field.Kind));
        switch (field.Kind)
        {
            case ProtoKind.Message:
                writer.Message(field.Number, inner => WriteMessage(inner, value, field.Message!, depth + 1));
                break;
            case ProtoKind.String:
                writer.Bytes(Encoding.UTF8.GetBytes(Text(value)));
                break;
            case ProtoKind.Bytes:
                writer.Bytes(ProtoJson.FromBase64(Text(value)) ?? throw Misfit(field, "base64"));
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

    private static ProtoFormatException Misfit(ProtoField field, string wanted) => new($"{field.Name}: {wanted} is expected");
}

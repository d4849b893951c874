using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Sluice.Foundation.Protobuf;

/// <summary>Reads messages as JSON.</summary>
internal sealed class ProtoJsonReader(ProtoJsonStyle style)
{
    public JsonObject? Read(ReadOnlySpan<byte> bytes, ProtoMessage message, int depth)
    {
        if (depth > ProtoJson.MaxDepth) return null;
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
                if (reader.Wire != ProtoWire.Bytes || Read(reader.Bytes(), field.Message!, depth + 1) is not { } entry) return null;
                if (json[field.Name] is not JsonObject entries) json[field.Name] = entries = [];
                // An entry leaves out a key or value that is the default of its type.
                var (key, value) = (field.Message!.Find(1), field.Message.Find(2));
                entries[Text(entry["key"] ?? (key is null ? null : Default(key)))] = entry["value"]?.DeepClone() ?? (value is null or { Kind: ProtoKind.Message } ? null : Default(value));
            }
            else if (field.Repeated)
            {
                if (json[field.Name] is not JsonArray items) json[field.Name] = items = [];
                if (reader.Wire == ProtoWire.Bytes && ProtoJson.WireOf(field.Kind) != ProtoWire.Bytes)
                {
                    var packed = new ProtoReader(reader.Bytes());
                    while (!packed.AtEnd)
                        if (!TryRead(ref packed, field, depth, out var item)) return null;
                        else items.Add(item);
                    if (packed.Failed) return null;
                }
                else
                {
                    if (reader.Wire != ProtoJson.WireOf(field.Kind) || !TryRead(ref reader, field, depth, out var item)) return null;
                    items.Add(item);
                }
            }
            else
            {
                if (reader.Wire != ProtoJson.WireOf(field.Kind) || !TryRead(ref reader, field, depth, out var single)) return null;
                json[field.Name] = single;
            }
        }

        return reader.Failed ? null : json;
    }

    private bool TryRead(ref ProtoReader reader, ProtoField field, int depth, out JsonNode? value)
    {
        value = null;
        switch (field.Kind)
        {
            case ProtoKind.Message:
                if (Read(reader.Bytes(), field.Message!, depth + 1) is not { } inner) return false;
                value = WellKnownTypes.Show(inner, field.Message!, style, depth + 1);
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
                value = Long((long)reader.Varint());
                break;
            case ProtoKind.UInt32:
                value = (uint)reader.Varint();
                break;
            case ProtoKind.UInt64:
                value = Long(reader.Varint());
                break;
            case ProtoKind.SInt32 or ProtoKind.SInt64:
                var zigzag = reader.Varint();
                value = field.Kind == ProtoKind.SInt64 ? Long((long)(zigzag >> 1) ^ -(long)(zigzag & 1)) : (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
                break;
            case ProtoKind.Fixed32:
                value = reader.Fixed32();
                break;
            case ProtoKind.SFixed32:
                value = (int)reader.Fixed32();
                break;
            case ProtoKind.Fixed64:
                value = Long(reader.Fixed64());
                break;
            default:
                value = Long((long)reader.Fixed64());
                break;
        }

        return !reader.Failed;
    }

    private JsonNode Default(ProtoField field) => field.Kind switch
    {
        ProtoKind.String or ProtoKind.Bytes => "",
        ProtoKind.Bool => false,
        ProtoKind.Enum => field.Enum!.NameOf(0) ?? (JsonNode)0,
        ProtoKind.Int64 or ProtoKind.UInt64 or ProtoKind.SInt64 or ProtoKind.Fixed64 or ProtoKind.SFixed64 => Long(0L),
        _ => 0,
    };

    private JsonNode Long(long value) => style.LongsAreText ? value.ToString(CultureInfo.InvariantCulture) : value;

    private JsonNode Long(ulong value) => style.LongsAreText ? value.ToString(CultureInfo.InvariantCulture) : value;

    private static JsonNode Number(double value) => double.IsFinite(value) ? value : value.ToString(CultureInfo.InvariantCulture);

    private static JsonNode Number(float value) =>
        float.IsFinite(value) ? JsonNode.Parse(value.ToString("R", CultureInfo.InvariantCulture))! : value.ToString(CultureInfo.InvariantCulture);

    private static string Text(JsonNode? value) => value is JsonValue scalar && scalar.TryGetValue<string>(out var text) ? text : value?.ToJsonString() ?? "";
}

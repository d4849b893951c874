using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sluice.Workflows.Data;

/// <summary>Workflow data from and to JSON in UTF-8.</summary>
public static class JsJson
{
    /// <summary>How deep arrays and objects may be nested in what is read.</summary>
    public const int MaximumDepth = 256;

    /// <summary>How deep they may be nested in what is written, and read again: what was read stands in items then, and items in events and answers.</summary>
    internal const int MaximumOwnDepth = MaximumDepth + 64;

    /// <summary>The most bytes that are written. The same text may stand in a value a thousand times, and takes its place once.</summary>
    private const long MaximumBytes = 512 << 20;

    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = MaximumDepth };

    private static readonly JsonReaderOptions OwnReaderOptions = new() { MaxDepth = MaximumOwnDepth + 8 };

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = MaximumOwnDepth + 2, SkipValidation = true };

    private static readonly JsonWriterOptions IndentedOptions = WriterOptions with { Indented = true };

    /// <summary>Reads one JSON document.</summary>
    /// <exception cref="JsonException">It is not valid JSON, or nested too deeply.</exception>
    public static JsValue Parse(ReadOnlySpan<byte> utf8) => Parse(utf8, ReaderOptions);

    /// <summary>Reads one JSON document that <see cref="Write(Utf8JsonWriter, JsValue)"/> wrote, or that has such values in it.</summary>
    /// <exception cref="JsonException">It is not valid JSON, or nested too deeply.</exception>
    internal static JsValue ParseOwn(ReadOnlySpan<byte> utf8) => Parse(utf8, OwnReaderOptions);

    private static JsValue Parse(ReadOnlySpan<byte> utf8, JsonReaderOptions options)
    {
        var reader = new Utf8JsonReader(utf8, options);
        try
        {
            reader.Read();
            var value = Read(ref reader, NameCache.OfThread);
            reader.Read();
            return value;
        }
        catch (InvalidOperationException e)
        {
            // Half of a surrogate pair, or bytes that are not UTF-8.
            throw new JsonException(e.Message, e);
        }
    }

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte})"/>
    public static JsValue Parse(string json) => Parse(Encoding.UTF8.GetBytes(json));

    /// <summary>Reads the value that the reader stands on, and leaves it on the value's last token.</summary>
    public static JsValue Read(ref Utf8JsonReader reader) => Read(ref reader, NameCache.OfThread);

    /// <summary>Writes a value; what JSON cannot hold (undefined, a function, NaN) is written as null, and left out where it is a field of an object.</summary>
    /// <exception cref="JsonException">It is nested too deeply, contains itself or is too much.</exception>
    public static void Write(Utf8JsonWriter writer, JsValue value) => Write(writer, value, 0);

    /// <inheritdoc cref="Write(Utf8JsonWriter, JsValue)"/>
    public static void Write(IBufferWriter<byte> output, JsValue value, bool indented = false)
    {
        using var writer = new Utf8JsonWriter(output, indented ? IndentedOptions : WriterOptions);
        Write(writer, value, 0);
    }

    public static byte[] WriteUtf8(JsValue value, bool indented = false)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Write(buffer, value, indented);
        return buffer.WrittenSpan.ToArray();
    }

    public static string WriteString(JsValue value, bool indented = false)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Write(buffer, value, indented);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static JsValue Read(ref Utf8JsonReader reader, NameCache names)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var result = new JsObject(4);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = names.Get(ref reader);
                    reader.Read();
                    result.Set(name, Read(ref reader, names));
                }

                return result;
            case JsonTokenType.StartArray:
                var array = new JsArray(4);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) array.Add(Read(ref reader, names));
                return array;
            case JsonTokenType.String: return reader.GetString();
            case JsonTokenType.Number: return Number(ref reader);
            case JsonTokenType.True: return JsValue.True;
            case JsonTokenType.False: return JsValue.False;
            case JsonTokenType.Null: return JsValue.Null;
            default: throw new JsonException($"unexpected {reader.TokenType}");
        }
    }

    /// <summary>Nearly all numbers are whole and short.</summary>
    private static double Number(ref Utf8JsonReader reader)
    {
        if (reader.HasValueSequence || reader.ValueSpan.Length > 15) return reader.GetDouble();
        long number = 0;
        foreach (var digit in reader.ValueSpan)
        {
            if ((uint)(digit - '0') > 9) return reader.GetDouble();
            number = number * 10 + (digit - '0');
        }

        return number;
    }

    private static void Write(Utf8JsonWriter writer, JsValue value, int depth)
    {
        if (depth > MaximumOwnDepth) throw new JsonException($"nested deeper than {MaximumOwnDepth} levels");
        if (writer.BytesCommitted + writer.BytesPending > MaximumBytes) throw new JsonException($"more than {MaximumBytes >> 20} MiB of JSON");
        if (value.AsReference is { } reference and not (JsObject or JsArray)) value = reference.ToJson();
        switch (value.Kind)
        {
            case JsKind.Boolean:
                writer.WriteBooleanValue(value.IsTrue);
                break;
            case JsKind.Number:
                WriteNumber(writer, value.AsNumber);
                break;
            case JsKind.String:
                WriteText(writer, value.AsString!);
                break;
            case JsKind.Array:
                writer.WriteStartArray();
                foreach (ref readonly var element in value.AsArray!.Span) Write(writer, element, depth + 1);
                writer.WriteEndArray();
                break;
            case JsKind.Object:
                writer.WriteStartObject();
                foreach (var (name, field) in value.AsObject!)
                {
                    if (field.IsUndefined || field.Kind == JsKind.Function) continue;
                    WriteName(writer, name);
                    Write(writer, field, depth + 1);
                }

                writer.WriteEndObject();
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static void WriteNumber(Utf8JsonWriter writer, double number)
    {
        if (number == (int)number) writer.WriteNumberValue((int)number);
        else if (double.IsFinite(number)) writer.WriteRawValue(JsNumberText.Format(number), skipInputValidation: true);
        else writer.WriteNullValue();
    }

    private static void WriteText(Utf8JsonWriter writer, string text)
    {
        // The writer escapes whatever needs two UTF-16 units; such text (an emoji, half of one) goes round it.
        if (!text.AsSpan().ContainsAnyInRange('\ud800', '\udfff')) writer.WriteStringValue(text);
        else writer.WriteRawValue(JsJsonText.Quote(IsWellFormed(text) ? text : Mend(text)), skipInputValidation: true);
    }

    private static void WriteName(Utf8JsonWriter writer, string name)
    {
        if (IsWellFormed(name)) writer.WritePropertyName(name);
        else writer.WritePropertyName(Mend(name));
    }

    /// <summary>Whether every surrogate has its other half: UTF-8 cannot hold a lone one.</summary>
    private static bool IsWellFormed(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\ud800', '\udfff')) return true;
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
            i++;
        }

        return true;
    }

    private static string Mend(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>Gives the same string for the same name, so that a thousand items of one shape hold its names once. Each thread keeps its own.</summary>
    private sealed class NameCache
    {
        private const int Size = 256;

        [ThreadStatic]
        private static NameCache? ofThread;

        private readonly string?[] _names = new string?[Size];

        public static NameCache OfThread => ofThread ??= new NameCache();

        public string Get(ref Utf8JsonReader reader)
        {
            if (reader.HasValueSequence || reader.ValueIsEscaped || reader.ValueSpan.Length > 64) return reader.GetString()!;
            var span = reader.ValueSpan;
            // Names that share a slot are only made anew.
            var hash = (uint)span.Length;
            foreach (var b in span) hash = (hash ^ b) * 0x0100_0193;
            ref var cached = ref _names[(hash ^ (hash >> 16)) % Size];
            if (cached is not null && reader.ValueTextEquals(cached)) return cached;
            return cached = reader.GetString()!;
        }
    }
}

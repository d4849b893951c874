using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>Node's Buffer.</summary>
internal static class BufferLibrary
{
    public static MethodTable Methods { get; } = Numbers(TypedArrayLibrary.Build(new MethodTable.Builder())
        .Add("toString", 3, (e, self, a) =>
        {
            var bytes = Bytes(self).Span;
            var from = Coerce.ToIndex(e, a.At(1), bytes.Length, 0);
            var to = Math.Max(from, Coerce.ToIndex(e, a.At(2), bytes.Length, bytes.Length));
            return TextEncodings.Decode(e, bytes[from..to], TextEncodings.Name(e, a.At(0)));
        })
        .Add("toJSON", 0, (_, self, _) => Bytes(self).ToJson())
        .Add("slice", 2, (e, self, a) => TypedArrayLibrary.Part(e, Bytes(self), a))
        .Add("equals", 1, (_, self, a) => Bytes(self).Span.SequenceEqual(Bytes(a.At(0)).Span))
        .Add("compare", 1, (_, self, a) => Math.Sign(Bytes(self).Span.SequenceCompareTo(Bytes(a.At(0)).Span)))
        .Add("indexOf", 3, (e, self, a) => Find(e, self, a))
        .Add("includes", 3, (e, self, a) => Find(e, self, a) >= 0)
        .Add("copy", 4, (e, self, a) =>
        {
            var source = Bytes(self).Span;
            var target = Bytes(a.At(0)).Span;
            var at = Coerce.ToIndex(e, a.At(1), target.Length, 0);
            var from = Coerce.ToIndex(e, a.At(2), source.Length, 0);
            var count = Math.Min(Math.Max(0, Coerce.ToIndex(e, a.At(3), source.Length, source.Length) - from), target.Length - at);
            source.Slice(from, count).CopyTo(target[at..]);
            return count;
        })
        .Add("write", 4, (e, self, a) =>
        {
            var target = Bytes(self).Span;
            var at = a.At(1).IsNumber ? Coerce.ToIndex(e, a[1], target.Length, 0) : 0;
            var encoding = a.At(1).IsString ? a[1] : a.At(2).IsString ? a[2] : a.At(3);
            var bytes = TextEncodings.Encode(e, Coerce.ToText(e, a.At(0)), TextEncodings.Name(e, encoding));
            var count = Math.Min(bytes.Length, target.Length - at);
            bytes.AsSpan(0, count).CopyTo(target[at..]);
            return count;
        })
        .Add("fill", 4, (e, self, a) =>
        {
            Fill(e, Bytes(self), a.At(0), a.At(1), a.At(2));
            return self;
        })).Build();

    public static NativeConstructor Constructor { get; } = new("Buffer", 2, new MethodTable.Builder()
        .Add("from", 2, (e, _, a) => From(e, a.At(0), a.At(1), a.At(2)))
        .Add("alloc", 2, (e, _, a) =>
        {
            var bytes = Empty(e, a.At(0));
            if (!a.At(1).IsUndefined) Fill(e, bytes, a[1], default, default);
            return bytes;
        })
        .Add("allocUnsafe", 1, (e, _, a) => Empty(e, a.At(0)))
        .Add("concat", 2, (e, _, a) =>
        {
            using var whole = new MemoryStream();
            foreach (var part in Iteration.Of(e, a.At(0)))
            {
                e.Allocate(Bytes(part).Length);
                whole.Write(Bytes(part).Span);
            }

            var all = whole.ToArray();
            return JsBytes.Of(e, a.At(1).IsUndefined ? all : [.. all.Concat(new byte[Math.Max(0, Coerce.ToIndex(e, a[1], 256 << 20, 0) - all.Length)]).Take(Coerce.ToIndex(e, a[1], 256 << 20, 0))], isBuffer: true);
        })
        .Add("byteLength", 2, (e, _, a) => a.At(0).AsReference switch
        {
            JsBytes bytes => bytes.Span.Length,
            JsArrayBuffer buffer => buffer.Data.Length,
            _ => TextEncodings.Encode(e, Text(a.At(0)), TextEncodings.Name(e, a.At(1))).Length,
        })
        .Add("isBuffer", 1, (_, _, a) => a.At(0).AsReference is JsBytes { IsBuffer: true })
        .Add("isEncoding", 1, (_, _, a) => a.At(0).AsString?.ToLowerInvariant() is "utf8" or "utf-8" or "hex" or "base64" or "base64url" or "ascii" or "latin1" or "binary" or "utf16le" or "ucs2")
        .Add("compare", 2, (_, _, a) => Math.Sign(Bytes(a.At(0)).Span.SequenceCompareTo(Bytes(a.At(1)).Span)))
        .Build(), (e, _, a) => Old(e, a), (e, _, a) => Old(e, a), v => v.AsReference is JsBytes { IsBuffer: true }) { Methods = () => Methods };

    private static JsValue Old(Evaluator e, ReadOnlySpan<JsValue> a) => a.At(0).IsNumber ? Empty(e, a[0]) : From(e, a.At(0), a.At(1), default);

    private static JsBytes From(Evaluator e, JsValue source, JsValue second, JsValue third)
    {
        switch (source.AsReference)
        {
            case JsArrayBuffer buffer:
                var from = Coerce.ToIndex(e, second, buffer.Data.Length, 0);
                return e.Own(new JsBytes(buffer, from, third.IsUndefined ? buffer.Data.Length - from : Coerce.ToIndex(e, third, buffer.Data.Length - from, 0), ElementType.Byte, isBuffer: true));
            case JsBytes bytes when bytes.Type.Size == 1: return JsBytes.Of(e, bytes.Span, isBuffer: true);
            case JsObject { } json when json["data"].AsArray is { } list: return Listed(e, list);
            case JsArray or JsBytes: return Listed(e, MapLibrary.Array(e, Iteration.Of(e, source)));
            default: return JsBytes.Of(e, TextEncodings.Encode(e, Text(source), TextEncodings.Name(e, second)), isBuffer: true);
        }
    }

    private static JsBytes Listed(Evaluator e, JsArray list)
    {
        var bytes = new byte[list.Count];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)Coerce.ToInt32(e, list[i]);
        return JsBytes.Of(e, bytes, isBuffer: true);
    }

    private static string Text(JsValue value) => value.AsString
        ?? throw JsThrow.Type($"The first argument must be of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object. Received {(value.IsNullish ? value.ToString() : "type " + Coerce.TypeName(value))}");

    private static JsBytes Empty(Evaluator e, JsValue size)
    {
        if (!size.IsNumber) throw JsThrow.Type("The \"size\" argument must be of type number.");
        var buffer = JsArrayBuffer.Make(e, Coerce.ToInteger(e, size));
        return e.Own(new JsBytes(buffer, 0, buffer.Data.Length, ElementType.Byte, isBuffer: true));
    }

    private static void Fill(Evaluator e, JsBytes bytes, JsValue value, JsValue start, JsValue end)
    {
        var pattern = value.AsString is { Length: > 0 } text ? TextEncodings.Encode(e, text, TextEncodings.Name(e, start.IsString ? start : default)) : [(byte)Coerce.ToInt32(e, value)];
        var to = Coerce.ToIndex(e, end, bytes.Length, bytes.Length);
        var from = start.IsString ? 0 : Coerce.ToIndex(e, start, bytes.Length, 0);
        for (var i = from; i < to; i++) bytes.Span[i] = pattern[(i - from) % pattern.Length];
        e.Step(1 + bytes.Length / 16);
    }

    private static int Find(Evaluator e, JsValue self, ReadOnlySpan<JsValue> a)
    {
        var bytes = Bytes(self).Span;
        var from = Coerce.ToIndex(e, a.At(1), bytes.Length, 0);
        e.Step(1 + bytes.Length / 8);
        ReadOnlySpan<byte> wanted = a.At(0).AsReference is JsBytes other ? other.Span : a.At(0).IsNumber ? [(byte)Coerce.ToInt32(e, a[0])] : TextEncodings.Encode(e, Coerce.ToText(e, a.At(0)), TextEncodings.Name(e, a.At(2)));
        var at = bytes[from..].IndexOf(wanted);
        return at < 0 ? -1 : from + at;
    }

    /// <summary>readUInt8, writeInt32BE and their like.</summary>
    private static MethodTable.Builder Numbers(MethodTable.Builder table)
    {
        foreach (var type in ElementType.All.Where(t => t.Name != "Uint8Clamped"))
        {
            var said = type.Name switch { "Float32" => "Float", "Float64" => "Double", "BigUint64" => "BigUInt64", var n => n.Replace("Uint", "UInt", StringComparison.Ordinal) };
            foreach (var order in type.Size == 1 ? (string[])[""] : ["LE", "BE"])
            {
                table.Add($"read{said}{order}", 1, (e, self, a) => type.Read(Bytes(self).Buffer.Data, Place(e, Bytes(self), a.At(0), type.Size), order != "BE"));
                table.Add($"write{said}{order}", 2, (e, self, a) =>
                {
                    type.Write(e, Bytes(self).Buffer.Data, Place(e, Bytes(self), a.At(1), type.Size), a.At(0), order != "BE");
                    return Coerce.ToInteger(e, a.At(1)) + type.Size;
                });
            }
        }

        return table;
    }

    private static int Place(Evaluator e, JsBytes bytes, JsValue offset, int size)
    {
        var at = Coerce.ToInteger(e, offset);
        return at >= 0 && at + size <= bytes.Length ? bytes.Offset + (int)at : throw JsThrow.Range("Attempt to access memory outside buffer bounds");
    }

    private static JsBytes Bytes(JsValue value) => value.AsReference as JsBytes ?? throw JsThrow.Type("The argument must be an instance of Buffer or Uint8Array.");
}

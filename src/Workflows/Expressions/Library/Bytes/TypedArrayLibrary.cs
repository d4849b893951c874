using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>Int8Array, Uint8Array and so on. What arrays do with functions, they do as arrays do.</summary>
internal static class TypedArrayLibrary
{
    private static readonly string[] Readers =
    [
        "at", "entries", "every", "find", "findIndex", "findLast", "findLastIndex", "forEach", "includes", "indexOf", "join", "keys", "lastIndexOf", "reduce", "reduceRight", "some", "values",
    ];

    public static MethodTable Methods { get; } = Build(new MethodTable.Builder()).Build();

    public static IReadOnlyList<NativeConstructor> Constructors { get; } = [.. ElementType.All.Select(Constructor)];

    /// <summary>The methods that typed arrays and Buffers share.</summary>
    public static MethodTable.Builder Build(MethodTable.Builder table)
    {
        foreach (var name in Readers) table.Add(name, 1, (e, self, a) => e.Call(ArrayLibrary.Methods.Method(name)!, Bytes(self).ToArray(e), a));
        foreach (var name in (string[])["map", "filter", "toSorted", "toReversed", "with"])
            table.Add(name, 1, (e, self, a) => Copy(e, Bytes(self), e.Call(ArrayLibrary.Methods.Method(name == "toSorted" ? "toSorted" : name)!, Bytes(self).ToArray(e), Order(name, a)).AsArray!));
        foreach (var name in (string[])["sort", "reverse", "copyWithin"])
        {
            table.Add(name, 1, (e, self, a) =>
            {
                var changed = e.Call(ArrayLibrary.Methods.Method(name)!, Bytes(self).ToArray(e), Order(name, a)).AsArray!;
                for (var i = 0; i < changed.Count; i++) Bytes(self).Set(e, i, changed[i]);
                return self;
            });
        }

        return table
            .Add("fill", 1, (e, self, a) =>
            {
                var bytes = Bytes(self);
                var to = Coerce.ToIndex(e, a.At(2), bytes.Length, bytes.Length);
                e.Step(1 + bytes.Length);
                for (var i = Coerce.ToIndex(e, a.At(1), bytes.Length, 0); i < to; i++) bytes.Set(e, i, a.At(0));
                return self;
            })
            .Add("set", 1, (e, self, a) =>
            {
                var (bytes, at) = (Bytes(self), (int)Coerce.ToInteger(e, a.At(1)));
                var values = Iteration.Of(e, a.At(0)).ToArray();
                if (at < 0 || at + values.Length > bytes.Length) throw JsThrow.Range("offset is out of bounds");
                for (var i = 0; i < values.Length; i++) bytes.Set(e, at + i, values[i]);
                return default;
            })
            .Add("slice", 2, (e, self, a) =>
            {
                var part = Part(e, Bytes(self), a);
                var copy = JsArrayBuffer.Make(e, part.Span.Length);
                part.Span.CopyTo(copy.Data);
                return e.Own(new JsBytes(copy, 0, part.Length, part.Type));
            })
            .Add("subarray", 2, (e, self, a) => Part(e, Bytes(self), a))
            .Add(JsSymbol.Iterator.Key, 0, (e, self, _) => e.Own(new JsIterator(Bytes(self).Elements(e))))
            .Add("toString", 0, (e, self, _) => ArrayLibrary.JoinText(e, Bytes(self).ToArray(e), ",", 0));
    }

    /// <summary>A stretch of it, in the same bytes.</summary>
    public static JsBytes Part(Evaluator e, JsBytes bytes, ReadOnlySpan<JsValue> a)
    {
        var from = Coerce.ToIndex(e, a.At(0), bytes.Length, 0);
        var to = Math.Max(from, Coerce.ToIndex(e, a.At(1), bytes.Length, bytes.Length));
        return e.Own(new JsBytes(bytes.Buffer, bytes.Offset + from * bytes.Type.Size, to - from, bytes.Type, bytes.IsBuffer));
    }

    public static JsBytes Bytes(JsValue value) => value.AsReference as JsBytes ?? throw JsThrow.Type("this is not a typed array.");

    private static NativeConstructor Constructor(ElementType type) => new(type.Name + "Array", 3, new MethodTable.Builder()
        .Constant("BYTES_PER_ELEMENT", type.Size)
        .Add("from", 1, (e, _, a) => Fill(e, type, e.Call(ArrayLibrary.Constructor.Static("from"), default, a).AsArray!))
        .Add("of", 0, (e, _, a) => Fill(e, type, e.NewArray(a)))
        .Build(), null, (e, _, a) => Make(e, type, a), v => v.AsReference is JsBytes bytes && bytes.Type == type) { Methods = () => Methods };

    private static JsBytes Make(Evaluator e, ElementType type, ReadOnlySpan<JsValue> a)
    {
        if (a.At(0).AsReference is JsArrayBuffer buffer)
        {
            var offset = Coerce.ToInteger(e, a.At(1));
            if (offset < 0 || offset > buffer.Data.Length || offset % type.Size != 0) throw JsThrow.Range($"start offset of {type.Name}Array should be a multiple of {type.Size}");
            var length = a.At(2).IsUndefined ? Math.Floor((buffer.Data.Length - offset) / type.Size) : Coerce.ToInteger(e, a[2]);
            if (length < 0 || offset + length * type.Size > buffer.Data.Length) throw JsThrow.Range("Invalid typed array length: " + length);
            return e.Own(new JsBytes(buffer, (int)offset, (int)length, type));
        }

        if (a.At(0).IsReference) return Fill(e, type, MapLibrary.Array(e, Iteration.Of(e, a[0])));
        var count = Coerce.ToInteger(e, a.At(0));
        if (count < 0) throw JsThrow.Range("Invalid typed array length: " + count);
        return e.Own(new JsBytes(JsArrayBuffer.Make(e, count * type.Size), 0, (int)count, type));
    }

    private static JsBytes Copy(Evaluator e, JsBytes like, JsArray values) => Fill(e, like.Type, values);

    private static JsBytes Fill(Evaluator e, ElementType type, JsArray values)
    {
        var bytes = new JsBytes(JsArrayBuffer.Make(e, (double)values.Count * type.Size), 0, values.Count, type);
        for (var i = 0; i < values.Count; i++) bytes.Set(e, i, values[i]);
        return e.Own(bytes);
    }

    /// <summary>Numbers are sorted as numbers.</summary>
    private static ReadOnlySpan<JsValue> Order(string name, ReadOnlySpan<JsValue> a) =>
        name is "sort" or "toSorted" && a.At(0).IsUndefined ? (JsValue[])[new NativeFunction("compare", 2, (e, _, b) => Operators.IsLess(e, b[0], b[1]) == true ? -1 : Operators.IsLess(e, b[1], b[0]) == true ? 1 : 0)] : a;
}

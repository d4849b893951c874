using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>A typed array, or a Buffer, which is one of bytes with more methods.</summary>
/// <param name="offset">The first byte of the buffer that belongs to it.</param>
/// <param name="length">How many elements it has.</param>
internal sealed class JsBytes(JsArrayBuffer buffer, int offset, int length, ElementType type, bool isBuffer = false) : LibraryObject(isBuffer ? BufferLibrary.Methods : TypedArrayLibrary.Methods)
{
    public JsArrayBuffer Buffer => buffer;

    public int Offset => offset;

    public int Length => length;

    public ElementType Type => type;

    public bool IsBuffer => isBuffer;

    /// <summary>Its bytes, where they lie.</summary>
    public Span<byte> Span => buffer.Data.AsSpan(offset, length * type.Size);

    public override string TypeName => isBuffer ? "Uint8Array" : type.Name + "Array";

    public JsValue this[int index] => (uint)index < (uint)length ? type.Read(buffer.Data, offset + index * type.Size) : default;

    public static JsBytes Of(Evaluator e, ReadOnlySpan<byte> bytes, bool isBuffer)
    {
        var buffer = JsArrayBuffer.Make(e, bytes.Length);
        bytes.CopyTo(buffer.Data);
        return e.Own(new JsBytes(buffer, 0, bytes.Length, ElementType.Byte, isBuffer));
    }

    public void Set(Evaluator e, int index, JsValue value)
    {
        if ((uint)index < (uint)length) type.Write(e, buffer.Data, offset + index * type.Size, value);
    }

    /// <summary>Its elements as an array of their own.</summary>
    public JsArray ToArray(Evaluator e)
    {
        var array = e.NewArray(length);
        e.Step(1 + length);
        for (var i = 0; i < length; i++) array.Add(this[i]);
        return array;
    }

    public override bool TrySet(Evaluator evaluator, string name, JsValue value)
    {
        if (JsObject.IsIndex(name, out var index)) Set(evaluator, (int)Math.Min(index, int.MaxValue), value);
        else PropertyChanges.Expand(evaluator, this, name, value);
        return true;
    }

    public override IEnumerable<JsValue> Elements(Evaluator evaluator)
    {
        for (var i = 0; i < length; i++)
        {
            evaluator.Step();
            yield return this[i];
        }
    }

    internal override bool TryGetField(Evaluator evaluator, string name, out JsValue value)
    {
        value = name switch
        {
            "length" => length,
            "byteLength" => length * type.Size,
            "byteOffset" => offset,
            "BYTES_PER_ELEMENT" => type.Size,
            "buffer" => buffer,
            _ => default,
        };
        if (!value.IsUndefined) return true;
        if (!JsObject.IsIndex(name, out var index)) return base.TryGetField(evaluator, name, out value);
        value = this[(int)Math.Min(index, int.MaxValue)];
        return !value.IsUndefined;
    }

    internal override JsValue ToJson()
    {
        if (isBuffer) return new JsObject { ["type"] = "Buffer", ["data"] = new JsArray([.. Enumerable.Range(0, length).Select(i => this[i])]) };
        var fields = new JsObject();
        for (var i = 0; i < length; i++) fields.Set(i.ToString(System.Globalization.CultureInfo.InvariantCulture), this[i]);
        return fields;
    }

    public override string ToString() => isBuffer ? System.Text.Encoding.UTF8.GetString(Span) : string.Join(',', Enumerable.Range(0, length).Select(i => this[i].ToString()));
}

using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>An ArrayBuffer.</summary>
internal sealed class JsArrayBuffer(byte[] data) : LibraryObject(Methods)
{
    private const int MaximumLength = 256 << 20;

    private static readonly MethodTable Methods = new MethodTable.Builder()
        .Add("slice", 2, (e, self, a) =>
        {
            var data = ((JsArrayBuffer)self.AsReference!).Data;
            var from = Coerce.ToIndex(e, a.At(0), data.Length, 0);
            var to = Math.Max(from, Coerce.ToIndex(e, a.At(1), data.Length, data.Length));
            e.Allocate(to - from);
            return e.Own(new JsArrayBuffer(data[from..to]));
        })
        .Build();

    public static NativeConstructor Constructor { get; } = new("ArrayBuffer", 1, new MethodTable.Builder()
        .Add("isView", 1, (_, _, a) => a.At(0).AsReference is JsBytes or JsDataView)
        .Build(), null, (e, _, a) => Make(e, Coerce.ToNumber(e, a.At(0))), v => v.AsReference is JsArrayBuffer) { Methods = () => Methods };

    public byte[] Data => data;

    public override string TypeName => "ArrayBuffer";

    public static JsArrayBuffer Make(Evaluator e, double length)
    {
        if (double.IsNaN(length)) length = 0;
        if (length is < 0 or > MaximumLength) throw JsThrow.Range("Array buffer allocation failed");
        e.Allocate((long)length + 64);
        e.Step(1 + (int)length / 64);
        return e.Own(new JsArrayBuffer(new byte[(int)length]));
    }

    internal override bool TryGetField(Evaluator evaluator, string name, out JsValue value)
    {
        value = data.Length;
        return name == "byteLength" || base.TryGetField(evaluator, name, out value);
    }
}

using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>A DataView: numbers of any kind anywhere in an ArrayBuffer.</summary>
internal sealed class JsDataView(JsArrayBuffer buffer, int offset, int length) : LibraryObject(Methods)
{
    private static readonly MethodTable Methods = Build();

    public static NativeConstructor Constructor { get; } = new("DataView", 1, MethodTable.Empty, null, (e, _, a) =>
    {
        if (a.At(0).AsReference is not JsArrayBuffer buffer) throw JsThrow.Type("First argument to DataView constructor must be an ArrayBuffer");
        var from = Coerce.ToInteger(e, a.At(1));
        if (from < 0 || from > buffer.Data.Length) throw JsThrow.Range($"Start offset {from} is outside the bounds of the buffer");
        var length = a.At(2).IsUndefined ? buffer.Data.Length - from : Coerce.ToInteger(e, a[2]);
        if (length < 0 || from + length > buffer.Data.Length) throw JsThrow.Range($"Invalid DataView length {length}");
        return e.Own(new JsDataView(buffer, (int)from, (int)length));
    }, v => v.AsReference is JsDataView);

    public override string TypeName => "DataView";

    internal override bool TryGetField(Evaluator evaluator, string name, out JsValue value)
    {
        value = name switch { "byteLength" => length, "byteOffset" => offset, "buffer" => buffer, _ => default };
        return !value.IsUndefined || base.TryGetField(evaluator, name, out value);
    }

    private static MethodTable Build()
    {
        var table = new MethodTable.Builder();
        foreach (var type in ElementType.All.Where(t => t.Name != "Uint8Clamped"))
        {
            table.Add("get" + type.Name, 1, (e, self, a) => type.Read(View(self).Buffer.Data, View(self).Place(e, a.At(0), type.Size), Coerce.ToBoolean(a.At(1))));
            table.Add("set" + type.Name, 2, (e, self, a) =>
            {
                type.Write(e, View(self).Buffer.Data, View(self).Place(e, a.At(0), type.Size), a.At(1), Coerce.ToBoolean(a.At(2)));
                return default;
            });
        }

        return table.Build();
    }

    private JsArrayBuffer Buffer => buffer;

    private static JsDataView View(JsValue self) => self.AsReference as JsDataView ?? throw JsThrow.Type("this is not a DataView");

    private int Place(Evaluator e, JsValue index, int size)
    {
        var at = Coerce.ToInteger(e, index);
        return at >= 0 && at + size <= length ? offset + (int)at : throw JsThrow.Range("Offset is outside the bounds of the DataView");
    }
}

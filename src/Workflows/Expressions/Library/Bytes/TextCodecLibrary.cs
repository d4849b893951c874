using Sluice.Workflows.Data;
using System.Text;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>A TextEncoder, which knows only UTF-8.</summary>
internal sealed class JsTextEncoder() : LibraryObject(Methods)
{
    private static readonly MethodTable Methods = new MethodTable.Builder()
        .Constant("encoding", "utf-8")
        .Add("encode", 1, (e, _, a) => JsBytes.Of(e, TextEncodings.Encode(e, a.At(0).IsUndefined ? "" : Coerce.ToText(e, a[0]), "utf8"), isBuffer: false))
        .Build();

    public static NativeConstructor Constructor { get; } = new("TextEncoder", 0, MethodTable.Empty, null, (e, _, _) => e.Own(new JsTextEncoder()), v => v.AsReference is JsTextEncoder);

    public override string TypeName => "TextEncoder";
}

/// <summary>A TextDecoder.</summary>
internal sealed class JsTextDecoder(string encoding, bool isFatal) : LibraryObject(Methods)
{
    private static readonly MethodTable Methods = new MethodTable.Builder()
        .Add("decode", 1, (e, self, a) => ((JsTextDecoder)self.AsReference!).Decode(e, a.At(0)))
        .Build();

    public static NativeConstructor Constructor { get; } = new("TextDecoder", 0, MethodTable.Empty, null, (e, _, a) =>
    {
        var name = a.At(0).IsUndefined ? "utf-8" : Coerce.ToText(e, a[0]).Trim().ToLowerInvariant();
        name = name switch
        {
            "utf8" or "utf-8" => "utf-8",
            "utf-16le" or "utf-16" => "utf-16le",
            "latin1" or "iso-8859-1" or "ascii" or "windows-1252" => "windows-1252",
            _ => throw JsThrow.Range($"The \"{name}\" encoding is not supported"),
        };
        return e.Own(new JsTextDecoder(name, Coerce.ToBoolean(a.At(1).AsObject?["fatal"] ?? default)));
    }, v => v.AsReference is JsTextDecoder);

    public override string TypeName => "TextDecoder";

    internal override bool TryGetField(Evaluator evaluator, string name, out JsValue value)
    {
        value = name switch { "encoding" => encoding, "fatal" => isFatal, _ => default };
        return !value.IsUndefined || base.TryGetField(evaluator, name, out value);
    }

    private JsValue Decode(Evaluator e, JsValue source)
    {
        ReadOnlySpan<byte> bytes = source.AsReference switch
        {
            JsBytes view => view.Span,
            JsArrayBuffer buffer => buffer.Data,
            null when source.IsUndefined => [],
            _ => throw JsThrow.Type("The \"list\" argument must be an instance of SharedArrayBuffer, ArrayBuffer or ArrayBufferView."),
        };
        e.AllocateText(bytes.Length);
        if (encoding == "windows-1252") return Encoding.Latin1.GetString(bytes);
        if (encoding == "utf-16le") return Encoding.Unicode.GetString(bytes);
        if (bytes.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[3..];
        try
        {
            return new UTF8Encoding(false, isFatal).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw JsThrow.Type("The encoded data was not valid for encoding utf-8");
        }
    }
}

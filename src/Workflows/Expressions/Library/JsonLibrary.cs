using System.Text;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>JSON.</summary>
internal static class JsonLibrary
{
    public static JsNamespace Namespace { get; } = new("JSON", new MethodTable.Builder()
        .Add("parse", 2, (e, _, a) =>
        {
            var value = new JsonTextReader(e, Coerce.ToText(e, a.At(0))).Read();
            return a.At(1).AsReference is JsFunction reviver ? Revive(e, reviver, "", value, 0) : value;
        })
        .Add("stringify", 3, (e, _, a) => Stringify(e, a.At(0), a.At(1), a.At(2)))
        .Build());

    public static JsValue Stringify(Evaluator e, JsValue value, JsValue replacer = default, JsValue space = default)
    {
        var indent = space.IsNumber ? new string(' ', (int)Math.Clamp(Coerce.ToInteger(e, space), 0, 10)) : space.AsString is { } text ? text[..Math.Min(10, text.Length)] : "";
        HashSet<string>? only = null;
        if (replacer.AsArray is { } names) only = names.Where(n => n.IsString || n.IsNumber).Select(n => Coerce.ToText(e, n)).ToHashSet(StringComparer.Ordinal);
        var writer = new Writer(e, replacer.AsReference as JsFunction, only, indent);
        return writer.Write("", value, default, 0) ? writer.ToString() : default(JsValue);
    }

    /// <summary>What stands for a value in JSON: what its <c>toJSON</c> gives, or its data.</summary>
    public static JsValue ToJson(Evaluator e, JsReference reference, string name)
    {
        if (reference.Kind == JsKind.BigInt) throw JsThrow.Type("Do not know how to serialize a BigInt");
        JsValue method = default;
        if (reference is JsObject custom) _ = custom.TryGet("toJSON", out method) || (custom.Traits is { } traits && Inheritance.TryGet(e, traits, "toJSON", reference, out method));
        else if (reference.Traits is { } others) Inheritance.TryGet(e, others, "toJSON", reference, out method);
        if (method.AsReference is JsFunction toJson) return e.Call(toJson, reference, [name]);
        return reference is JsObject or JsArray ? reference : reference.ToJson();
    }

    private static JsValue Revive(Evaluator e, JsFunction reviver, string name, JsValue value, int depth)
    {
        e.Descend(depth);
        if (value.AsArray is { } array)
        {
            for (var i = 0; i < array.Count; i++) array[i] = Revive(e, reviver, JsNumberText.Format(i), array[i], depth + 1);
        }
        else if (value.AsObject is { } fields)
        {
            foreach (var field in fields.Names.ToArray())
            {
                var revived = Revive(e, reviver, field, fields[field], depth + 1);
                if (revived.IsUndefined) fields.Remove(field);
                else fields[field] = revived;
            }
        }

        return e.Call(reviver, name, value);
    }

    /// <summary>ECMA-262 SerializeJSONProperty.</summary>
    private sealed class Writer(Evaluator e, JsFunction? replacer, HashSet<string>? only, string indent)
    {
        private readonly StringBuilder _text = new();

        public override string ToString() => _text.ToString();

        /// <returns>Whether the value can be said in JSON.</returns>
        public bool Write(string name, JsValue value, JsValue holder, int depth)
        {
            if (depth > JsJson.MaximumDepth && e.Jobs is not null) throw JsThrow.Type("Converting circular structure to JSON");
            e.Descend(depth);
            if (value.AsReference is { } reference) value = ToJson(e, reference, name);
            if (replacer is not null) value = e.Call(replacer, holder, [name, value]);
            if (value.AsReference is JsDate date) value = date.ToJson();
            var before = _text.Length;
            switch (value.Kind)
            {
                case JsKind.Null: _text.Append("null"); break;
                case JsKind.Boolean: _text.Append(value.IsTrue ? "true" : "false"); break;
                case JsKind.Number: _text.Append(double.IsFinite(value.AsNumber) ? JsNumberText.Format(value.AsNumber) : "null"); break;
                case JsKind.String:
                    e.AllocateText(value.AsString!.Length);
                    JsJsonText.Append(_text, value.AsString!);
                    break;
                case JsKind.Array: WriteArray(value.AsArray!, depth); return true;
                case JsKind.Object when value.AsObject is { } fields: WriteObject(fields, depth); return true;
                default: return false;
            }

            e.AllocateText(_text.Length - before);
            return true;
        }

        private void WriteArray(JsArray array, int depth)
        {
            e.AllocateText(2);
            _text.Append('[');
            for (var i = 0; i < array.Count; i++)
            {
                if (i > 0) _text.Append(',');
                NewLine(depth + 1);
                if (!Write(replacer is null ? "" : JsNumberText.Format(i), array[i], array, depth + 1)) _text.Append("null");
            }

            if (array.Count > 0) NewLine(depth);
            _text.Append(']');
        }

        private void WriteObject(JsObject fields, int depth)
        {
            e.AllocateText(2);
            _text.Append('{');
            var written = 0;
            foreach (var (name, field) in fields)
            {
                if (only?.Contains(name) == false) continue;
                var value = fields.Traits is null ? field : e.Field(fields, name, field);
                var before = _text.Length;
                if (written > 0) _text.Append(',');
                NewLine(depth + 1);
                JsJsonText.Append(_text, name);
                _text.Append(indent.Length > 0 ? ": " : ":");
                e.AllocateText(_text.Length - before);
                if (Write(name, value, fields, depth + 1)) written++;
                else _text.Length = before;
            }

            if (written > 0) NewLine(depth);
            _text.Append('}');
        }

        private void NewLine(int depth)
        {
            if (indent.Length == 0) return;
            e.AllocateText(depth * indent.Length + 1);
            _text.Append('\n').Insert(_text.Length, indent, depth);
        }
    }
}

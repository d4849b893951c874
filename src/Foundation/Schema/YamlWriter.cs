using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using Scalar = YamlDotNet.Core.Events.Scalar;

namespace Sluice.Foundation.Schema;

/// <summary>JSON values as a YAML document that <see cref="DocumentParser"/> reads back to the same values.</summary>
public static class YamlWriter
{
    /// <summary>The document, with a line feed at its end.</summary>
    public static string Write(JsonNode value)
    {
        using var text = new StringWriter { NewLine = "\n" };
        var emitter = new Emitter(text, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024, newLine: "\n"));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, value);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    private static void Emit(Emitter emitter, JsonNode? value)
    {
        switch (value)
        {
            case null:
                emitter.Emit(new Scalar(null, null, "null", ScalarStyle.Plain, isPlainImplicit: true, isQuotedImplicit: false));
                break;
            case JsonObject map:
                emitter.Emit(new MappingStart(null, null, isImplicit: true, map.Count == 0 ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var (name, part) in map)
                {
                    EmitText(emitter, name);
                    Emit(emitter, part);
                }
                emitter.Emit(new MappingEnd());
                break;
            case JsonArray list:
                // Short lists of words read better on one line.
                var flow = list.Count == 0 || (list.Count <= 12 && list.All(i => i is JsonValue v && v.ToJsonString().Length < 40));
                emitter.Emit(new SequenceStart(null, null, isImplicit: true, flow ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var item in list)
                    Emit(emitter, item);
                emitter.Emit(new SequenceEnd());
                break;
            default:
                if (value.GetValueKind() == JsonValueKind.String)
                    EmitText(emitter, value.GetValue<string>());
                else
                    emitter.Emit(new Scalar(null, null, value.ToJsonString(), ScalarStyle.Plain, isPlainImplicit: true, isQuotedImplicit: false));
                break;
        }
    }

    private static void EmitText(Emitter emitter, string text)
    {
        var style = text.Contains('\n', StringComparison.Ordinal) && !text.Any(c => char.IsControl(c) && c != '\n') && !text.Split('\n').Any(l => l.EndsWith(' ')) && text[0] is not (' ' or '\n') ? ScalarStyle.Literal
            : text.Any(c => char.IsControl(c) || c > '\uFFFD' || char.IsSurrogate(c) || c is '\u0085' or '\u2028' or '\u2029' or '\uFEFF') ? ScalarStyle.DoubleQuoted
            : YamlScalar.Type(default, text) is { Kind: ScalarKind.String } && IsPlain(text) ? ScalarStyle.Plain
            : ScalarStyle.SingleQuoted;
        emitter.Emit(new Scalar(null, null, text, style, isPlainImplicit: style == ScalarStyle.Plain, isQuotedImplicit: style != ScalarStyle.Plain));
    }

    /// <summary>Nothing in it could be taken for syntax, in a list on one line either.</summary>
    private static bool IsPlain(string text) =>
        text.Length > 0
        && (char.IsAsciiLetterOrDigit(text[0]) || text[0] is '/' or '_' or '$' || text[0] > 127)
        && !char.IsWhiteSpace(text[^1]) && text[^1] != ':'
        && text is not ("=" or "<<")
        && text.IndexOfAny([',', '[', ']', '{', '}', '#', '"', '\'', '`', '%', '@', '&', '*', '!', '|', '>', '?']) < 0
        && !text.Contains(": ", StringComparison.Ordinal) && !text.Contains("  ", StringComparison.Ordinal);
}

using System.Buffers;
using System.Globalization;
using System.Text;

namespace Sluice.Workflows.Data;

/// <summary>A string as ECMA-262 QuoteJSONString writes it.</summary>
internal static class JsJsonText
{
    private static readonly SearchValues<char> Special =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(i => (char)i), '"', '\\', .. Enumerable.Range(0xd800, 0x800).Select(i => (char)i)]);

    public static string Quote(string text)
    {
        var output = new StringBuilder(text.Length + 2);
        Append(output, text);
        return output.ToString();
    }

    public static void Append(StringBuilder output, string text)
    {
        output.Append('"');
        if (text.AsSpan().ContainsAny(Special)) AppendEscaped(output, text);
        else output.Append(text);
        output.Append('"');
    }

    private static void AppendEscaped(StringBuilder output, string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            switch (c)
            {
                case '"': output.Append("\\\""); break;
                case '\\': output.Append("\\\\"); break;
                case '\b': output.Append("\\b"); break;
                case '\f': output.Append("\\f"); break;
                case '\n': output.Append("\\n"); break;
                case '\r': output.Append("\\r"); break;
                case '\t': output.Append("\\t"); break;
                case var _ when i + 1 < text.Length && char.IsSurrogatePair(c, text[i + 1]):
                    output.Append(c).Append(text[++i]);
                    break;
                case < ' ' or (>= '\ud800' and <= '\udfff'):
                    output.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
                    break;
                default: output.Append(c); break;
            }
        }
    }
}

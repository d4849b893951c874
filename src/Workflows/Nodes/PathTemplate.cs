using System.Text;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes;

/// <summary>Text with dotted paths into the item in double braces.</summary>
internal sealed class PathTemplate(List<(string? Text, string[]? Path)> parts) : ItemExpression
{
    public static (ItemExpression?, string?) Parse(string template)
    {
        var parts = new List<(string?, string[]?)>();
        var at = 0;
        while (at < template.Length)
        {
            var open = template.IndexOf("{{", at, StringComparison.Ordinal);
            if (open < 0) open = template.Length;
            if (open > at) parts.Add((template[at..open], null));
            if (open == template.Length) break;
            var close = template.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0) return (null, "the expression has no closing braces");
            var path = template[(open + 2)..close].Trim().Split('.');
            if (path.Length == 0 || path.Any(p => p.Length == 0 || !p.All(c => char.IsLetterOrDigit(c) || c is '_' or '$'))) return (null, "the expression cannot be understood");
            parts.Add((null, path));
            at = close + 2;
        }

        return (new PathTemplate(parts), null);
    }

    public override JsValue Evaluate(NodeContext context, int itemIndex)
    {
        if (parts is [(null, { } only)]) return Find(context, itemIndex, only);
        var text = new StringBuilder();
        foreach (var (literal, path) in parts) text.Append(literal ?? ParameterValues.ToText(Find(context, itemIndex, path!)));
        return text.ToString();
    }

    private static JsValue Find(NodeContext context, int itemIndex, string[] path)
    {
        JsValue value = itemIndex < context.Items.Count ? context.Items[itemIndex].Json : default(JsValue);
        foreach (var name in path[0] is "$json" ? path.AsSpan(1) : path)
            value = value.AsObject is { } map ? map[name] : value.AsArray is { } list && int.TryParse(name, System.Globalization.CultureInfo.InvariantCulture, out var i) ? list[i] : default;
        return value;
    }
}

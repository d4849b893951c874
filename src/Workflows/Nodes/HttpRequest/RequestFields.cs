using System.Globalization;
using System.Net;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;

namespace Sluice.Workflows.Nodes.HttpRequest;

/// <summary>Fields that are given one by one. What a dot in a name and a second field of a name mean depends on the version of n8n's node.</summary>
/// <param name="DotsNest">Whether <c>a.b</c> is a field of a field, in a JSON body.</param>
/// <param name="Gathers">Whether fields of one name become a list; otherwise the last one counts.</param>
/// <param name="GathersQuery">The same for query arguments.</param>
/// <param name="ReadsText">Whether an answer taken as text that is JSON is read as such.</param>
internal sealed record RequestFields(bool DotsNest, bool Gathers, bool GathersQuery, bool ReadsText)
{
    public static RequestFields Of(NodeDefinition node)
    {
        var version = node.Type.StartsWith("n8n-nodes-base.", StringComparison.Ordinal) ? node.TypeVersion : 99;
        return new(version >= 4, version >= 4.3, version is < 3 or >= 4.3, version < 3);
    }

    public JsObject GatherQuery(IEnumerable<HttpPair> pairs, NodeContext context, int index) => Gather(pairs, context, index, GathersQuery);

    public JsObject Gather(IEnumerable<HttpPair> pairs, NodeContext context, int index) => Gather(pairs, context, index, Gathers);

    private static JsObject Gather(IEnumerable<HttpPair> pairs, NodeContext context, int index, bool gathers)
    {
        var fields = new JsObject();
        foreach (var pair in pairs)
        {
            var (name, value) = (pair.Name.Get(context, index), pair.Value.Get(context, index));
            if (gathers && fields.TryGet(name, out var before)) value = new JsArray([.. before.AsArray is { } list ? list : [before], value]);
            fields.Set(name, value);
        }

        return fields;
    }

    /// <summary>The fields of a JSON body.</summary>
    public JsObject Nest(IEnumerable<HttpPair> pairs, NodeContext context, int index)
    {
        if (!DotsNest) return Gather(pairs, context, index);
        var fields = new JsObject();
        foreach (var pair in pairs) ItemPaths.Set(fields, pair.Name.Get(context, index), pair.Value.Get(context, index));
        return fields;
    }

    /// <summary>The fields of a form's text; of two with the same name the last.</summary>
    public static JsObject OfForm(string text)
    {
        var fields = new JsObject();
        foreach (var pair in text.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            fields.Set(WebUtility.UrlDecode(parts[0]), WebUtility.UrlDecode(parts.Length > 1 ? parts[1] : ""));
        }

        return fields;
    }

    /// <summary>Fields as a form has them: those of objects and lists as <c>a[b]</c> and <c>a[0]</c>.</summary>
    public static List<KeyValuePair<string, string>> Flatten(JsObject fields)
    {
        var list = new List<KeyValuePair<string, string>>();
        foreach (var (name, value) in fields) Flatten(list, name, value, "indices");
        return list;
    }

    /// <param name="into">What is found is added here.</param>
    /// <param name="arrays">How lists are written: <c>repeat</c>, <c>brackets</c> or <c>indices</c>.</param>
    public static void Flatten(List<KeyValuePair<string, string>> into, string name, JsValue value, string arrays)
    {
        if (value.IsUndefined) return;
        if (value.AsArray is { } list)
        {
            for (var i = 0; i < list.Count; i++)
                Flatten(into, arrays switch { "repeat" => name, "brackets" => name + "[]", _ => string.Create(CultureInfo.InvariantCulture, $"{name}[{i}]") }, list[i], arrays);
        }
        else if (value.AsObject is { } map)
        {
            foreach (var (field, inner) in map) Flatten(into, $"{name}[{field}]", inner, arrays);
        }
        else
        {
            into.Add(new(name, ParameterValues.ToText(value)));
        }
    }
}

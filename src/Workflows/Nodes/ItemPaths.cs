using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes;

/// <summary>Fields of items by dotted paths, as many nodes name them: <c>customer.address.city</c>, <c>lines[0].sku</c>.</summary>
internal static class ItemPaths
{
    /// <summary>The value at a path; undefined when there is none. A field whose whole name is the path comes first.</summary>
    public static JsValue Get(JsObject json, string path)
    {
        if (json.TryGet(path, out var direct) || !path.AsSpan().ContainsAny('.', '[')) return direct;
        JsValue at = json;
        foreach (var step in Split(path))
        {
            if (at.AsObject is { } map) at = map[step];
            else if (at.AsArray is { } list && int.TryParse(step, System.Globalization.CultureInfo.InvariantCulture, out var index)) at = list[index];
            else return default;
        }

        return at;
    }

    /// <summary>Puts a value at a path; what lies on the way is copied, what is missing is made: a list where the next step is an index, else an object.</summary>
    public static void Set(JsObject owned, string path, JsValue value)
    {
        if (!path.AsSpan().ContainsAny('.', '[') || owned.Contains(path))
        {
            owned.Set(path, value);
            return;
        }

        var steps = Split(path);
        JsReference at = owned;
        for (var i = 0; i < steps.Length - 1; i++)
        {
            var there = Step(at, steps[i]);
            JsReference next = there.AsObject?.Clone() ?? (JsReference?)there.AsArray?.Clone() ?? (Index(steps[i + 1]) >= 0 ? new JsArray() : new JsObject());
            Put(at, steps[i], next);
            at = next;
        }

        Put(at, steps[^1], value);
    }

    private static JsValue Step(JsReference at, string step) => at is JsArray list ? Index(step) is var index and >= 0 && index < list.Count ? list[index] : default : ((JsObject)at)[step];

    private static void Put(JsReference at, string step, JsValue value)
    {
        if (at is not JsArray list) ((JsObject)at).Set(step, value);
        else if (Index(step) is var index and >= 0)
        {
            while (list.Count < index) list.Add(JsValue.Null);
            list[index] = value;
        }
    }

    /// <summary>The index that a step is; -1 when it is none, or too large to be meant.</summary>
    private static int Index(string step) =>
        int.TryParse(step, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var index) && index < 100_000 && (step.Length == 1 || step[0] != '0') ? index : -1;

    /// <summary>Takes away what is at a path, copying what lies on the way.</summary>
    public static void Remove(JsObject owned, string path)
    {
        if (owned.Remove(path)) return;
        var steps = Split(path);
        if (Get(owned, path).IsUndefined) return;
        JsReference at = owned;
        for (var i = 0; i < steps.Length - 1; i++)
        {
            var there = Step(at, steps[i]);
            if (((JsReference?)there.AsObject?.Clone() ?? there.AsArray?.Clone()) is not { } inner) return;
            Put(at, steps[i], inner);
            at = inner;
        }

        if (at is JsObject map) map.Remove(steps[^1]);
        else Put(at, steps[^1], JsValue.Null);
    }

    /// <summary>The steps of a path: <c>a.b[0]["c.d"]</c> has a, b, 0 and c.d.</summary>
    public static string[] Split(string path)
    {
        if (path.AsSpan().IndexOf('[') < 0) return path.Split('.');
        var steps = new List<string>();
        for (var at = 0; at < path.Length;)
        {
            if (path[at] is '.' or ']')
            {
                at++;
                continue;
            }

            var isBracket = path[at] is '[';
            if (isBracket) at++;
            var quote = isBracket && at < path.Length && (path[at] is '"' or '\'') ? path[at++] : '\0';
            var end = quote is not '\0' ? path.IndexOf(quote, at) : isBracket ? path.IndexOf(']', at) : path.AsSpan(at).IndexOfAny('.', '[') is var next and >= 0 ? at + next : -1;
            if (end < 0) end = path.Length;
            steps.Add(path[at..end]);
            at = quote is '\0' ? end : end + 1;
        }

        return [.. steps];
    }
}

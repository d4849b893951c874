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

    /// <summary>A copy of the object with a value at a path; what lies on the way is copied, what is missing is made.</summary>
    public static void Set(JsObject owned, string path, JsValue value)
    {
        var steps = Split(path);
        var at = owned;
        for (var i = 0; i < steps.Length - 1; i++)
        {
            if (at[steps[i]].AsArray is { } list && int.TryParse(steps[i + 1], System.Globalization.CultureInfo.InvariantCulture, out var index) && index is >= 0 and < 100_000)
            {
                list = list.Clone();
                at.Set(steps[i], list);
                if (i + 2 == steps.Length)
                {
                    list[index] = value;
                    return;
                }

                var element = list[index].AsObject?.Clone() ?? new JsObject();
                list[index] = element;
                at = element;
                i++;
                continue;
            }

            var next = at[steps[i]].AsObject?.Clone() ?? new JsObject();
            at.Set(steps[i], next);
            at = next;
        }

        at.Set(steps[^1], value);
    }

    /// <summary>Takes away what is at a path, copying what lies on the way.</summary>
    public static void Remove(JsObject owned, string path)
    {
        if (owned.Remove(path)) return;
        var steps = Split(path);
        var at = owned;
        for (var i = 0; i < steps.Length - 1; i++)
        {
            if (at[steps[i]].AsObject is not { } inner) return;
            inner = inner.Clone();
            at.Set(steps[i], inner);
            at = inner;
        }

        at.Remove(steps[^1]);
    }

    /// <summary>The steps of a path: <c>a.b[0]["c"]</c> has a, b, 0 and c.</summary>
    public static string[] Split(string path) => path.AsSpan().IndexOf('[') < 0
        ? path.Split('.')
        : path.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Trim('"', '\'')).ToArray();
}

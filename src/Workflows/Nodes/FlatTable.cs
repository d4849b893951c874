using System.Globalization;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes;

/// <summary>Objects as rows of one table: what lies within objects and lists becomes columns of its own.</summary>
internal static class FlatTable
{
    public static (List<string> Columns, List<JsObject> Rows) Of(IEnumerable<JsObject> objects)
    {
        var rows = objects.Select(Flat).ToList();
        return (rows.SelectMany(r => r.Names).Distinct(StringComparer.Ordinal).ToList(), rows);
    }

    /// <summary>A cell as spreadsheets show it.</summary>
    public static string Text(JsValue cell) => cell.IsBoolean ? cell.IsTrue ? "TRUE" : "FALSE" : ParameterValues.ToText(cell);

    private static JsObject Flat(JsObject fields)
    {
        var row = new JsObject();
        foreach (var (name, value) in fields) Add(row, name, value);
        return row;
    }

    private static void Add(JsObject row, string name, JsValue value)
    {
        if (value.AsObject is { } map)
        {
            foreach (var (field, inner) in map) Add(row, $"{name}.{field}", inner);
        }
        else if (value.AsArray is { } list)
        {
            for (var i = 0; i < list.Count; i++) Add(row, string.Create(CultureInfo.InvariantCulture, $"{name}.{i}"), list[i]);
        }
        else
        {
            row.Set(name, value);
        }
    }
}

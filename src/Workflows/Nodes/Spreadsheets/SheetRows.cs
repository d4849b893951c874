using System.Globalization;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Spreadsheets;

/// <summary>The rows of a sheet as objects.</summary>
internal static class SheetRows
{
    /// <param name="sheet">The cells.</param>
    /// <param name="header">Whether the first row names the fields; otherwise each row is the list <c>row</c>.</param>
    /// <param name="emptyCells">Whether an empty cell is a field, too.</param>
    /// <param name="raw">Whether cells are texts as they stand in the file.</param>
    /// <exception cref="NodeException">With its empty cells it is too large.</exception>
    public static IEnumerable<JsObject> Of(Sheet sheet, bool header, bool emptyCells, bool raw)
    {
        if (sheet.Rows.Count == 0) yield break;
        var width = sheet.Rows.Max(r => r.Count);
        if (emptyCells && (long)width * sheet.Rows.Count > Workbook.MostCells) throw new NodeException($"the table has more than {Workbook.MostCells} cells, with those that are empty") { Retryable = false };
        if (!header)
        {
            foreach (var row in sheet.Rows)
            {
                var filled = row.Count;
                while (filled > 0 && row[filled - 1].IsUndefined && !emptyCells) filled--;
                yield return new JsObject { ["row"] = new JsArray([.. row.Take(filled).Select(c => c.IsUndefined ? emptyCells ? "" : JsValue.Null : Cell(c, raw))]) };
            }

            yield break;
        }

        var names = Names(sheet.Rows[0], width);
        foreach (var row in sheet.Rows.Skip(1))
        {
            if (row.All(c => c.IsUndefined)) continue;
            var fields = new JsObject(width);
            for (var i = 0; i < width; i++)
            {
                var cell = i < row.Count ? row[i] : default;
                if (!cell.IsUndefined) fields.Set(names[i], Cell(cell, raw));
                else if (emptyCells) fields.Set(names[i], "");
            }

            yield return fields;
        }
    }

    // A second column of a name is called name_1; one without a name __EMPTY.
    private static string[] Names(IReadOnlyList<JsValue> first, int width)
    {
        var names = new string[width];
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < width; i++)
        {
            var name = i < first.Count && !first[i].IsUndefined ? FlatTable.Text(first[i]) : "__EMPTY";
            var count = counts.TryGetValue(name, out var before) ? before + 1 : 0;
            counts[name] = count;
            names[i] = count == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}_{count}");
        }

        return names;
    }

    private static JsValue Cell(JsValue cell, bool raw) => raw && cell.Kind is JsKind.Date ? ParameterValues.ToText(cell) : cell;
}

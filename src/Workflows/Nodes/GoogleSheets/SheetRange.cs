using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.GoogleSheets;

/// <summary>Cells in the notation of spreadsheets.</summary>
internal static class SheetRange
{
    /// <summary>A whole sheet, or cells of it; quotes around the name let it be any.</summary>
    public static string Of(string title, string? cells = null) => $"'{title.Replace("'", "''", StringComparison.Ordinal)}'{(cells is null ? "" : "!" + cells)}";

    /// <summary>The letters of a column, from 0: A, B, ..., Z, AA.</summary>
    public static string Column(int index) => index < 26 ? $"{(char)('A' + index)}" : Column((index / 26) - 1) + (char)('A' + (index % 26));

    /// <summary>The rows of an answer as objects with their number; rows without any value are left out.</summary>
    /// <param name="header">The row with the names, from 1.</param>
    /// <param name="first">The first row with data, from 1.</param>
    public static IEnumerable<JsValue> Rows(JsValue answer, int header, int first)
    {
        var values = answer.AsObject?["values"].AsArray ?? [];
        var names = Names(values, header);
        for (var i = first - 1; i < values.Count; i++)
        {
            if (values[i].AsArray is not { } cells || cells.All(c => c.AsString is "")) continue;
            var row = new JsObject { ["row_number"] = i + 1 };
            for (var c = 0; c < names.Count; c++)
                if (names[c].Length > 0) row.Set(names[c], c < cells.Count ? cells[c] : "");
            yield return row;
        }
    }

    /// <summary>The names of the columns.</summary>
    public static List<string> Names(JsArray values, int header) => header <= values.Count ? [.. (values[header - 1].AsArray ?? []).Select(ParameterValues.ToText)] : [];
}

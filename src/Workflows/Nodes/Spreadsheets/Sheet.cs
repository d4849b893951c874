using System.Globalization;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Spreadsheets;

/// <summary>A sheet's cells, row by row; what is empty is undefined.</summary>
internal sealed record Sheet(IReadOnlyList<IReadOnlyList<JsValue>> Rows)
{
    /// <summary>A part of it.</summary>
    /// <param name="range"><c>A2:C10</c>, or the number of the first row from 0; all when empty.</param>
    /// <exception cref="NodeException">It is neither.</exception>
    public Sheet Within(string range)
    {
        if (range.Length == 0) return this;
        if (int.TryParse(range, NumberStyles.None, CultureInfo.InvariantCulture, out var first)) return new([.. Rows.Skip(first)]);
        var ends = range.Replace("$", "", StringComparison.Ordinal).Split(':');
        if (ends.Length > 2 || !TryCell(ends[0], out var from) || !TryCell(ends[^1], out var to)) throw new NodeException($"'{range}' is no range of cells, for instance A1:C20") { Retryable = false };
        return new([.. Rows.Take(to.Row + 1).Skip(from.Row).Select(r => (IReadOnlyList<JsValue>)[.. r.Take(to.Column + 1).Skip(from.Column)])]);
    }

    /// <summary>The place of a cell, both from 0: <c>C2</c> is the row 1 and the column 2.</summary>
    public static bool TryCell(string name, out (int Row, int Column) place)
    {
        place = default;
        var letters = 0;
        var column = 0;
        while (letters < name.Length && letters < 4 && char.IsAsciiLetter(name[letters])) column = column * 26 + (char.ToUpperInvariant(name[letters++]) - 'A' + 1);
        if (letters == 0 || !int.TryParse(name.AsSpan(letters), NumberStyles.None, CultureInfo.InvariantCulture, out var row) || row == 0) return false;
        place = (row - 1, column - 1);
        return true;
    }

    public static string ColumnName(int column)
    {
        var name = "";
        for (var left = column + 1; left > 0; left = (left - 1) / 26) name = (char)('A' + (left - 1) % 26) + name;
        return name;
    }
}

using System.Globalization;
using System.Text;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes;

/// <summary>Tables as text (RFC 4180), for the nodes that read and write them.</summary>
internal static class Csv
{
    private const int MostRows = 5_000_000;

    /// <summary>The rows as a table: a field of a field, or an element of a list, is a column <c>a.b</c>, <c>a.0</c>.</summary>
    public static string Write(IEnumerable<JsObject> objects, string delimiter, bool header)
    {
        var (columns, rows) = FlatTable.Of(objects);
        var lines = rows.Select(r => string.Join(delimiter, columns.Select(c => Quote(FlatTable.Text(r[c]), delimiter))));
        // A file that begins with ID is taken by spreadsheets for one of another format.
        if (header) lines = lines.Prepend(string.Join(delimiter, columns.Select((c, i) => i == 0 && c is "ID" ? "\"ID\"" : Quote(c, delimiter))));
        return string.Join('\n', lines);
    }

    /// <summary>The rows of a table as objects; without a header each is the field <c>row</c>, whose columns are numbered from 0.</summary>
    /// <exception cref="NodeException">The text is no table.</exception>
    public static IEnumerable<JsObject> Read(string text, string delimiter, bool header, bool emptyCells, int fromLine = 0)
    {
        List<string>? names = null;
        var count = 0;
        foreach (var cells in Rows(text, delimiter).Skip(fromLine - 1))
        {
            if (header && names is null)
            {
                names = cells;
                continue;
            }

            if (++count > MostRows) throw new NodeException($"the table has more than {MostRows} rows") { Retryable = false };
            var row = new JsObject(cells.Count);
            for (var i = 0; i < cells.Count; i++)
                if (cells[i].Length > 0 || emptyCells) row.Set(names is not null && i < names.Count ? names[i] : i.ToString(CultureInfo.InvariantCulture), cells[i]);
            yield return header ? row : new JsObject { ["row"] = row };
        }
    }

    private static IEnumerable<List<string>> Rows(string text, string delimiter)
    {
        if (delimiter.Length == 0) throw new NodeException("the delimiter must not be empty") { Retryable = false };
        var cells = new List<string>();
        var at = 0;
        while (at < text.Length)
        {
            cells.Add(Cell(text, delimiter, ref at));
            if (at < text.Length && text.AsSpan(at).StartsWith(delimiter, StringComparison.Ordinal))
            {
                at += delimiter.Length;
                if (at < text.Length && text[at] is not ('\r' or '\n')) continue;
                cells.Add("");
            }

            if (at < text.Length && text[at] == '\r') at++;
            if (at < text.Length && text[at] == '\n') at++;
            // An empty line is no row.
            if (cells is not [""]) yield return cells;
            cells = [];
        }
    }

    /// <summary>The cell that begins here; leaves the position behind it.</summary>
    private static string Cell(string text, string delimiter, ref int at)
    {
        if (text[at] != '"')
        {
            var start = at;
            while (at < text.Length && text[at] is not ('\r' or '\n') && !text.AsSpan(at).StartsWith(delimiter, StringComparison.Ordinal)) at++;
            return text[start..at];
        }

        var cell = new StringBuilder();
        for (at++; ; at++)
        {
            if (at >= text.Length) throw new NodeException("the table ends within quotation marks") { Retryable = false };
            if (text[at] != '"')
            {
                cell.Append(text[at]);
                continue;
            }

            if (at + 1 < text.Length && text[at + 1] == '"') at++;
            else break;
            cell.Append('"');
        }

        // What follows the closing quotation mark belongs to the cell, as spreadsheets have it.
        at++;
        var rest = at;
        while (at < text.Length && text[at] is not ('\r' or '\n') && !text.AsSpan(at).StartsWith(delimiter, StringComparison.Ordinal)) at++;
        return cell.Append(text, rest, at - rest).ToString();
    }

    private static string Quote(string cell, string delimiter) =>
        cell.AsSpan().ContainsAny('"', '\r', '\n') || cell.Contains(delimiter, StringComparison.Ordinal) ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;
}

using System.Globalization;
using System.Net;
using System.Text;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Spreadsheets;

/// <summary>Rows as a page with one table, in the form that spreadsheet programs write.</summary>
internal static class HtmlSheet
{
    public static string Write(IEnumerable<JsObject> objects, bool header)
    {
        var (columns, rows) = FlatTable.Of(objects);
        var text = new StringBuilder("<html><head><meta charset=\"utf-8\"/><title>Table</title></head><body><table>");
        var number = 0;
        if (header) Row(text, ++number, [.. columns.Select(c => (JsValue)c)]);
        foreach (var row in rows) Row(text, ++number, [.. columns.Select(c => row[c])]);
        return text.Append("</table></body></html>").ToString();
    }

    private static void Row(StringBuilder text, int number, JsValue[] cells)
    {
        text.Append("<tr>");
        for (var i = 0; i < cells.Length; i++)
        {
            var place = Sheet.ColumnName(i) + number.ToString(CultureInfo.InvariantCulture);
            if (cells[i].IsNullish)
            {
                text.Append(CultureInfo.InvariantCulture, $"<td id=\"sjs-{place}\"></td>");
                continue;
            }

            var type = cells[i].IsNumber ? "n" : cells[i].IsBoolean ? "b" : "s";
            text.Append(CultureInfo.InvariantCulture, $"<td data-t=\"{type}\" data-v=\"{Escape(ParameterValues.ToText(cells[i]))}\" id=\"sjs-{place}\">{Escape(FlatTable.Text(cells[i]))}</td>");
        }

        text.Append("</tr>");
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text).Replace("\n", "<br/>", StringComparison.Ordinal);
}

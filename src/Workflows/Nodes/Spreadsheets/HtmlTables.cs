using System.Globalization;
using System.Text.RegularExpressions;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Spreadsheets;

/// <summary>Tables in pages.</summary>
internal static partial class HtmlTables
{
    /// <summary>The first table of a page. Texts that are numbers, amounts, percentages or ISO dates become those.</summary>
    /// <exception cref="NodeException">There is none, or it is too large.</exception>
    public static Sheet Read(string page)
    {
        using var document = new HtmlParser().ParseDocument(page);
        if (document.QuerySelector("table") is not IHtmlTableElement table) throw new NodeException("the page has no table") { Retryable = false };
        var rows = new List<IReadOnlyList<JsValue>>();
        var count = 0;
        foreach (var row in table.Rows)
        {
            var cells = new List<JsValue>();
            foreach (var cell in row.Cells)
            {
                var columns = Math.Clamp(cell.ColumnSpan, 1, 1000);
                if ((count += columns) > Workbook.MostCells) throw new NodeException($"the table has more than {Workbook.MostCells} cells") { Retryable = false };
                cells.Add(Value(cell.TextContent.Trim()));
                for (var i = 1; i < columns; i++) cells.Add(default);
            }

            rows.Add(cells);
        }

        return new(rows);
    }

    private static JsValue Value(string text)
    {
        if (text.Length == 0) return default;
        var plain = Amount().Match(text);
        if (plain.Success && double.TryParse(plain.Groups["number"].Value.Replace(",", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return (plain.Groups["sign"].Length > 0 ? -number : number) / (plain.Groups["percent"].Length > 0 ? 100 : 1);
        if (IsoDate().IsMatch(text) && DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date))
            return IsoText.Format((date - DateTime.UnixEpoch).TotalMilliseconds);
        return text;
    }

    [GeneratedRegex(@"^(?<sign>-)?\$?(?<number>\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?)(?<percent>%)?$", RegexOptions.ExplicitCapture, 100)]
    private static partial Regex Amount();

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?$", RegexOptions.None, 100)]
    private static partial Regex IsoDate();
}

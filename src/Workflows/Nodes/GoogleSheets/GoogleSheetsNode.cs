using System.Globalization;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.GoogleSheets;

/// <summary>Reads and writes rows of Google Sheets.</summary>
internal sealed class GoogleSheetsNode(GoogleSheetsParameters parameters, NodeSetup setup) : ConnectorNode<GoogleSheetsParameters>(Api, parameters, setup)
{
    private static readonly ConnectorApi<GoogleSheetsParameters> Api = new("Google Sheets", "https://sheets.googleapis.com", "oauth2")
    {
        ["sheet"] = new("read")
        {
            AllAtOnce = ["append", "update", "appendOrUpdate"],
            ["read"] = static (p, call) => Sheet(p, call, (title, next) => Read(p, next, title)),
            ["append"] = static (p, call) => Sheet(p, call, (title, next) => SheetWriter.Append(p, next, Id(p, next), title)),
            ["update"] = static (p, call) => Sheet(p, call, (title, next) => SheetWriter.Update(p, next, Id(p, next), title, appends: false)),
            ["appendOrUpdate"] = static (p, call) => Sheet(p, call, (title, next) => SheetWriter.Update(p, next, Id(p, next), title, appends: true)),
            ["clear"] = static (p, call) => Sheet(p, call, (title, next) => next.Post($"/v4/spreadsheets/{Id(p, next):documentId}/values/{Cleared(p, next, title):range}:clear")),
        },
        ["spreadsheet"] = new("create")
        {
            ["create"] = static (p, call) => call.Post($"/v4/spreadsheets").Body("properties", new JsObject { ["title"] = call.Need(p.Title, "title") })
                .Body("sheets", call.Object(p.SheetsUi)["sheetValues"].AsArray is { } sheets ? new JsArray([.. sheets.Select(s => (JsValue)new JsObject { ["properties"] = s })]) : default(JsValue)),
        },
    };

    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<GoogleSheetsNode, GoogleSheetsParameters>((p, s) => new(p, s))
    {
        Type = "google-sheets",
        Summary = "Reads and writes rows of Google Sheets.",
        Category = NodeCategory.Connector,
        Aliases = [new("n8n-nodes-base.googleSheets", 3, 4.7)],
        Difference = "all items of an execution are written in one request; update fails when no row fits",
        Differs = static (p, _) => p.Text("operation") is "append" or "update" or "appendOrUpdate",
        Lacks = "service accounts",
        Connector = Api.Facts,
    };

    /// <summary>The id in the address of a spreadsheet, <c>https://docs.google.com/spreadsheets/d/ID/edit</c>, or what was given.</summary>
    private static string Id(GoogleSheetsParameters p, ApiRequest call)
    {
        var given = call.Need(p.DocumentId, "documentId");
        var at = given.IndexOf("/d/", StringComparison.Ordinal);
        return at < 0 ? given : given[(at + 3)..].Split('/', '?', '#')[0];
    }

    // The API knows sheets by their names, editors by their numbers.
    private static void Sheet(GoogleSheetsParameters p, ApiRequest call, Action<string, ApiRequest> use)
    {
        var name = call.Need(p.SheetName, "sheetName");
        var digits = name.StartsWith("gid=", StringComparison.Ordinal) ? name[4..] : name;
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            use(name, call);
            return;
        }

        call.Get($"/v4/spreadsheets/{Id(p, call):documentId}").Query("fields", "sheets.properties").Then((answer, next) =>
        {
            var sheets = (answer.AsObject?["sheets"].AsArray ?? []).Select(s => s.AsObject?["properties"].AsObject).OfType<JsObject>().ToList();
            var found = sheets.Find(s => s["sheetId"].AsNumber == number) ?? sheets.Find(s => s["title"].AsString == name);
            use(found?["title"].AsString ?? throw new NodeException($"sheetName: the spreadsheet has no sheet '{name}'") { Retryable = false }, next);
        });
    }

    private static void Read(GoogleSheetsParameters p, ApiRequest call, string title)
    {
        var options = p.Options;
        var rows = (options.DataLocationOnSheet ?? options.LocationDefine).Values;
        var range = rows.RangeDefinition is "specifyRangeA1" ? SheetRange.Of(title, call.Need(rows.Range, "options.dataLocationOnSheet.values.range")) : SheetRange.Of(title);
        call.Get($"/v4/spreadsheets/{Id(p, call):documentId}/values/{range:range}")
            .Query("valueRenderOption", options.OutputFormatting.Values.General).Query("dateTimeRenderOption", options.OutputFormatting.Values.Date);
        var filters = (call.Object(p.FiltersUi)["values"].AsArray ?? []).Select(f => f.AsObject).OfType<JsObject>().ToList();
        call.ItemsOf(answer =>
        {
            var found = SheetRange.Rows(answer, rows.RangeDefinition is "specifyRangeA1" ? 1 : rows.HeaderRow, rows.RangeDefinition is "specifyRangeA1" ? 2 : rows.FirstDataRow).Where(Fits);
            return options.ReturnFirstMatch && filters.Count > 0 ? found.Take(1) : found;
        });

        bool Fits(JsValue row) => filters.Count == 0 || (p.CombineFilters is "AND" ? filters.TrueForAll(f => Has(row, f)) : filters.Exists(f => Has(row, f)));

        static bool Has(JsValue row, JsObject filter) =>
            ParameterValues.ToText(row.AsObject![ParameterValues.ToText(filter["lookupColumn"])]) == ParameterValues.ToText(filter["lookupValue"]);
    }

    private static string Cleared(GoogleSheetsParameters p, ApiRequest call, string title) =>
        p.Clear is "specificRange" ? SheetRange.Of(title, call.Need(p.Range, "range")) : p.KeepFirstRow ? SheetRange.Of(title, "A2:ZZZ") : SheetRange.Of(title);
}

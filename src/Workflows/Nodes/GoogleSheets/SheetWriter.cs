using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.GoogleSheets;

/// <summary>Writes all items of an execution: first the names of the columns are read, then the rows go in one request.</summary>
internal static class SheetWriter
{
    public static void Append(GoogleSheetsParameters p, ApiRequest call, string id, string title)
    {
        var header = p.Options.LocationDefine.Values.HeaderRow;
        call.Get($"/v4/spreadsheets/{id:documentId}/values/{SheetRange.Of(title, $"{header}:{header}"):range}").Then((answer, next) =>
            Rows(p, next, id, title, SheetRange.Names(answer.AsObject?["values"].AsArray ?? [], 1), [.. Enumerable.Range(0, next.ItemCount).Select(i => Fields(p, next.At(i)))]));
    }

    public static void Update(GoogleSheetsParameters p, ApiRequest call, string id, string title, bool appends)
    {
        var header = p.Options.LocationDefine.Values.HeaderRow;
        var key = p.ColumnToMatchOn is { IsLiteral: true, Literal: { Length: > 0 } named } ? named : p.Columns.MatchingColumns.FirstOrDefault() ?? "";
        if (key.Length == 0) call.Refuse("columns.matchingColumns", "say which column tells the row");
        call.Get($"/v4/spreadsheets/{id:documentId}/values/{SheetRange.Of(title):range}").Query("valueRenderOption", "UNFORMATTED_VALUE").Then((answer, next) =>
        {
            var names = SheetRange.Names(answer.AsObject?["values"].AsArray ?? [], header);
            var rows = SheetRange.Rows(answer, header, header + 1).Select(r => r.AsObject!).ToLookup(r => ParameterValues.ToText(r[key]), StringComparer.Ordinal);
            var changes = new JsArray();
            var others = new List<JsObject>();
            for (var i = 0; i < next.ItemCount; i++)
            {
                var fields = Fields(p, next.At(i));
                if (call.IsGiven(p.ValueToMatchOn)) fields.Set(key, next.At(i).Text(p.ValueToMatchOn));
                if (rows[ParameterValues.ToText(fields[key])].FirstOrDefault() is { } row) Change(changes, title, names, row, fields, key);
                else if (appends) others.Add(fields);
                else throw new NodeException($"no row has '{ParameterValues.ToText(fields[key])}' in the column '{key}'") { ItemIndex = i, Retryable = false };
            }

            if (changes.Count == 0)
            {
                if (others.Count > 0) Rows(p, next, id, title, names, others);
                return;
            }

            next.Post($"/v4/spreadsheets/{id:documentId}/values:batchUpdate").Body("valueInputOption", p.Options.CellFormat).Body("data", changes);
            if (others.Count > 0) next.Then((_, last) => Rows(p, last, id, title, names, others));
        });
    }

    private static void Change(JsArray changes, string title, List<string> names, JsObject row, JsObject fields, string key)
    {
        foreach (var (name, value) in fields)
        {
            if (name is "row_number" || name == key) continue;
            var column = names.IndexOf(name);
            if (column < 0) throw new NodeException($"the sheet has no column '{name}'") { Retryable = false };
            changes.Add(new JsObject { ["range"] = SheetRange.Of(title, $"{SheetRange.Column(column)}{row["row_number"].AsNumber}"), ["values"] = new JsArray([new JsArray([Cell(value)])]) });
        }
    }

    private static void Rows(GoogleSheetsParameters p, ApiRequest call, string id, string title, List<string> names, List<JsObject> rows)
    {
        if (rows.Count == 0) return;
        var range = SheetRange.Of(title, $"A{p.Options.LocationDefine.Values.HeaderRow}");
        var extra = rows.SelectMany(r => r.Names).Distinct(StringComparer.Ordinal).Where(n => n is not "row_number" && !names.Contains(n, StringComparer.Ordinal)).ToList();
        if (extra.Count == 0 || p.Options.HandlingExtraData is "ignoreIt")
        {
            Send(call);
            return;
        }

        if (p.Options.HandlingExtraData is "error") throw new NodeException($"the sheet has no column '{extra[0]}'") { Retryable = false };
        names = [.. names, .. extra];
        call.Put($"/v4/spreadsheets/{id:documentId}/values/{range:range}").Query("valueInputOption", "RAW").Body("range", range).Body("majorDimension", "ROWS")
            .Body("values", new JsArray([new JsArray([.. names.Select(n => (JsValue)n)])])).Then((_, next) => Send(next));

        void Send(ApiRequest send) =>
            send.Post($"/v4/spreadsheets/{id:documentId}/values/{range:range}:append").Query("valueInputOption", p.Options.CellFormat).Query("insertDataOption", "INSERT_ROWS")
                .Body("range", range).Body("majorDimension", "ROWS").Body("values", new JsArray([.. rows.Select(r => (JsValue)new JsArray([.. names.Select(n => Cell(r[n]))]))]));
    }

    private static JsObject Fields(GoogleSheetsParameters p, ApiRequest call)
    {
        if (p.DataMode is null) return p.Columns.Of(call).Clone();
        if (p.DataMode is "autoMapInputData") return call.ItemJson.Clone();
        var fields = new JsObject();
        foreach (var (_, list) in call.Object(p.FieldsUi))
            foreach (var entry in list.AsArray ?? [])
                if (entry.AsObject is { } pair) fields.Set(ParameterValues.ToText(pair["fieldId"] is { IsUndefined: false } named ? named : pair["column"]), pair["fieldValue"]);
        return fields;
    }

    // A cell has no structure.
    private static JsValue Cell(JsValue value) => value switch
    {
        { IsNullish: true } => "",
        { IsReference: true } => ParameterValues.ToText(value),
        _ => value,
    };
}

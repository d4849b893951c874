using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.Airtable;

/// <summary>Reads and writes records of Airtable.</summary>
internal sealed class AirtableNode(AirtableParameters parameters, NodeSetup setup) : ConnectorNode<AirtableParameters>(Api, parameters, setup)
{
    private static readonly ConnectorApi<AirtableParameters> Api = new("Airtable", "https://api.airtable.com", "airtable", "oauth2")
    {
        ["record"] = new("get")
        {
            ["create"] = static (p, call) => Options(p, call.Post($"/v0/{Base(p, call):base}/{Table(p, call):table}").Body("fields", Fields(p, call))).Each(Flat),
            ["update"] = static (p, call) => Options(p, call.Patch($"/v0/{Base(p, call):base}/{Table(p, call):table}/{Id(p, call):id}").Body("fields", Fields(p, call))).Each(Flat),
            ["upsert"] = static (p, call) => Options(p, call.Patch($"/v0/{Base(p, call):base}/{Table(p, call):table}")
                .Body("performUpsert", new JsObject { ["fieldsToMergeOn"] = new JsArray([.. Matching(p, call).Select(c => (JsValue)c)]) })
                .Body("records", new JsArray([new JsObject { ["fields"] = Fields(p, call) }]))).Items("records", Flat),
            ["get"] = static (p, call) => call.Get($"/v0/{Base(p, call):base}/{Table(p, call):table}/{p.Id:id}").Each(Flat),
            ["search"] = static (p, call) => Search(p, call.Get($"/v0/{Base(p, call):base}/{Table(p, call):table}").Query("filterByFormula", p.FilterByFormula)).Items("records", Flat).Pages(p, Pagings.Mark("offset", "offset"), "pageSize", 100, all: true),
            ["deleteRecord"] = static (p, call) => call.Delete($"/v0/{Base(p, call):base}/{Table(p, call):table}/{p.Id:id}"),
        },
        ["base"] = new("getMany")
        {
            ["getMany"] = static (p, call) => call.Get($"/v0/meta/bases").Items("bases").Pages(p, Pagings.Mark("offset", "offset"), null, 1000, all: true),
            ["getSchema"] = static (p, call) => call.Get($"/v0/meta/bases/{Base(p, call):base}/tables").Items("tables"),
        },
    };

    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<AirtableNode, AirtableParameters>((p, s) => new(p, s))
    {
        Type = "airtable",
        Summary = "Reads and writes records of Airtable.",
        Category = NodeCategory.Connector,
        Aliases = [new("n8n-nodes-base.airtable", 2, 2.1)],
        Lacks = "attachments, which are not fetched",
        Differs = static (p, _) => p.Text("operation") is "upsert",
        Difference = "upsert finds records by all matching columns at once, in Airtable itself",
        Connector = Api.Facts,
    };

    private static string Base(AirtableParameters p, ApiRequest call) => Segment(call.Need(p.Base, "base"), "app");

    private static string Table(AirtableParameters p, ApiRequest call) => Segment(call.Need(p.Table, "table"), "tbl");

    // https://airtable.com/app1/tbl1/viw1
    private static string Segment(string given, string prefix) => given.StartsWith("https://", StringComparison.Ordinal)
        ? given.Split('/', '?').FirstOrDefault(s => s.StartsWith(prefix, StringComparison.Ordinal)) ?? given : given;

    private static string Id(AirtableParameters p, ApiRequest call)
    {
        if (call.IsGiven(p.Id)) return call.Need(p.Id, "id");
        if (p.Columns.MatchingColumns is not (["id"] or [])) call.Refuse("columns.matchingColumns", "a record is updated by its 'id'; use upsert to find it by other columns");
        return ParameterValues.ToText(p.Columns.Of(call)["id"]) is { Length: > 0 } id ? id : "id";
    }

    private static IReadOnlyList<string> Matching(AirtableParameters p, ApiRequest call)
    {
        if (p.Columns.MatchingColumns.Count is 0 or > 3) call.Refuse("columns.matchingColumns", "say which, three at most");
        return p.Columns.MatchingColumns;
    }

    private static JsObject Fields(AirtableParameters p, ApiRequest call)
    {
        var fields = p.Columns.Of(call).Clone();
        fields.Remove("id");
        if (p.Columns.MappingMode is "autoMapInputData") fields.Remove("createdTime");
        return fields;
    }

    private static ApiRequest Options(AirtableParameters p, ApiRequest call) => call.Object(p.Options)["typecast"].IsTrue ? call.Body("typecast", true) : call;

    private static ApiRequest Search(AirtableParameters p, ApiRequest call)
    {
        var options = call.Object(p.Options);
        foreach (var field in NamedValues.Each(options["fields"], "").AsArray ?? []) call.Query("fields[]", field);
        call.Query("view", options["view"] is { AsObject: { } locator } ? locator["value"] : options["view"]);
        for (var i = 0; i < p.Sort.Property.Count; i++) call.Query($"sort[{i}][field]", p.Sort.Property[i].Field).Query($"sort[{i}][direction]", p.Sort.Property[i].Direction);
        return call;
    }

    private static JsValue Flat(JsValue record)
    {
        if (record.AsObject is not { } map || map["fields"].AsObject is not { } fields) return record;
        var flat = new JsObject { ["id"] = map["id"], ["createdTime"] = map["createdTime"] };
        foreach (var (name, value) in fields) flat.Set(name, value);
        return flat;
    }
}

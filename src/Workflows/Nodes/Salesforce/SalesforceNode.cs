using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.Salesforce;

/// <summary>Queries Salesforce and creates, reads and changes its records.</summary>
internal sealed class SalesforceNode(SalesforceParameters parameters, NodeSetup setup) : ConnectorNode<SalesforceParameters>(Api, parameters, setup)
{
    private const string Root = "/services/data/v59.0";

    private static readonly ConnectorApi<SalesforceParameters> Api = new("Salesforce", null, "oauth2")
    {
        ["search"] = new("query")
        {
            ["query"] = static (p, call) => Query(call, call.Need(p.Query, "query")).Pages(p, Pagings.Address("nextRecordsUrl"), null, 2000, all: true),
        },
        ["lead"] = Records("Lead", static (p, call) => call.Body("LastName", call.Need(p.Lastname, "lastname")).Body("Company", call.Need(p.Company, "company"))),
        ["contact"] = Records("Contact", static (p, call) => call.Body("LastName", call.Need(p.Lastname, "lastname"))),
        ["account"] = Records("Account", static (p, call) => call.Body("Name", call.Need(p.Name, "name"))),
        ["opportunity"] = Records("Opportunity", static (p, call) => call.Body("Name", call.Need(p.Name, "name")).Body("CloseDate", call.Need(p.CloseDate, "closeDate")).Body("StageName", call.Need(p.StageName, "stageName"))),
        ["case"] = Records("Case", static (p, call) => call.Body("Type", p.Type)),
        ["task"] = Records("Task", static (p, call) => call.Body("Status", call.Need(p.Status, "status"))),
        ["customObject"] = Records(null, static (_, call) => call),
    };

    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<SalesforceNode, SalesforceParameters>((p, s) => new(p, s))
    {
        Type = "salesforce",
        Summary = "Queries Salesforce and creates, reads and changes its records.",
        Category = NodeCategory.Connector,
        Aliases = [new("n8n-nodes-base.salesforce", 1, 1)],
        Lacks = "attachments, notes, flows and people",
        Connector = Api.Facts,
    };

    private static ApiResource<SalesforceParameters> Records(string? kind, Func<SalesforceParameters, ApiRequest, ApiRequest> required) => new("create")
    {
        ["create"] = (p, call) => Fields(call.Post($"{Root:path}/sobjects/{Kind(p, call, kind):customObject}"), p, call.Object(p.AdditionalFields), required),
        ["upsert"] = (p, call) => Fields(call.Patch($"{Root:path}/sobjects/{Kind(p, call, kind):customObject}/{p.ExternalId:externalId}/{p.ExternalIdValue:externalIdValue}"), p, call.Object(p.AdditionalFields), required),
        ["get"] = (p, call) => call.Get($"{Root:path}/sobjects/{Kind(p, call, kind):customObject}/{p.RecordId:recordId}"),
        ["getAll"] = (p, call) => Query(call, $"SELECT {Wanted(p, call)} FROM {Identifier(call, "customObject", Kind(p, call, kind))}").Pages(p, Pagings.Address("nextRecordsUrl"), null, 2000),
        ["update"] = (p, call) => Fields(call.Patch($"{Root:path}/sobjects/{Kind(p, call, kind):customObject}/{p.RecordId:recordId}"), p, call.Object(p.UpdateFields), static (_, c) => c),
        ["delete"] = (p, call) => call.Delete($"{Root:path}/sobjects/{Kind(p, call, kind):customObject}/{p.RecordId:recordId}"),
    };

    private static string Kind(SalesforceParameters p, ApiRequest call, string? kind) => kind ?? call.Need(p.CustomObject, "customObject");

    private static ApiRequest Query(ApiRequest call, string soql) => call.Get($"{Root:path}/query").Query("q", soql).Items("records", static record =>
    {
        if (record.AsObject is not { } map) return record;
        var own = map.Clone();
        own.Remove("attributes");
        return own;
    });

    private static string Wanted(SalesforceParameters p, ApiRequest call) => NamedValues.Each(call.Object(p.Options)["fields"], "").AsArray is { Count: > 0 } fields
        ? string.Join(',', fields.Select(f => Identifier(call, "options.fields", ParameterValues.ToText(f)))) : "FIELDS(STANDARD)";

    // What stands in a query is a name or nothing.
    private static string Identifier(ApiRequest call, string parameter, string name)
    {
        if (name.AsSpan().IndexOfAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.") >= 0) call.Refuse(parameter, $"'{name}' is no name of Salesforce");
        return name;
    }

    private static void Fields(ApiRequest call, SalesforceParameters p, JsObject fields, Func<SalesforceParameters, ApiRequest, ApiRequest> required)
    {
        required(p, call.BodyAll(new JsObject()));
        foreach (var (name, value) in fields)
        {
            if (name is "customFieldsUi") Own(value);
            else call.Body(name switch { "firstname" => "FirstName", "lastname" => "LastName", "hasOptedOutOfEmail" => "HasOptedOutOfEmail", _ => NamedValues.Capital(name) }, value);
        }

        Own(call.Value(p.CustomFieldsUi));

        void Own(JsValue given) => call.BodyAll(NamedValues.Of(given, "fieldId").AsObject ?? new JsObject());
    }
}

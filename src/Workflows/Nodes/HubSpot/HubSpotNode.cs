using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.HubSpot;

/// <summary>Creates, changes and finds contacts in HubSpot.</summary>
internal sealed class HubSpotNode(HubSpotParameters parameters, NodeSetup setup) : ConnectorNode<HubSpotParameters>(Api, parameters, setup)
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["companyName"] = "company", ["companySize"] = "company_size", ["contactOwner"] = "hubspot_owner_id", ["dateOfBirth"] = "date_of_birth", ["faxNumber"] = "fax", ["fieldOfStudy"] = "field_of_study",
        ["firstName"] = "firstname", ["jobFunction"] = "job_function", ["jobTitle"] = "jobtitle", ["lastName"] = "lastname", ["leadStatus"] = "hs_lead_status", ["lifeCycleStage"] = "lifecyclestage",
        ["maritalStatus"] = "marital_status", ["membershipNote"] = "hs_content_membership_notes", ["mobilePhoneNumber"] = "mobilephone", ["numberOfEmployees"] = "numemployees", ["phoneNumber"] = "phone",
        ["postalCode"] = "zip", ["preferredLanguage"] = "hs_language", ["relationshipStatus"] = "relationship_status", ["startDate"] = "start_date", ["stateRegion"] = "state", ["streetAddress"] = "address",
        ["twitterUsername"] = "twitterhandle", ["websiteUrl"] = "website", ["workEmail"] = "work_email",
    };

    private static readonly ConnectorApi<HubSpotParameters> Api = new("HubSpot", "https://api.hubapi.com", "hubspot", "oauth2")
    {
        ["contact"] = new("upsert")
        {
            ["upsert"] = static (p, call) => call.Post($"/crm/v3/objects/contacts/batch/upsert").Body("inputs", new JsArray([new JsObject { ["idProperty"] = "email", ["id"] = call.Need(p.Email, "email"), ["properties"] = Properties(p, call) }])).Items("results"),
            ["create"] = static (p, call) => call.Post($"/crm/v3/objects/contacts").Body("properties", Properties(p, call)),
            ["update"] = static (p, call) => call.Patch($"/crm/v3/objects/contacts/{p.ContactId:contactId}").Body("properties", Properties(p, call)),
            ["get"] = static (p, call) => Wanted(p, call.Get($"/crm/v3/objects/contacts/{p.ContactId:contactId}")),
            ["getAll"] = static (p, call) => Wanted(p, call.Get($"/crm/v3/objects/contacts")).Items("results").Pages(p, After, "limit", 100),
            ["search"] = static (p, call) => Search(p, call.Post($"/crm/v3/objects/contacts/search")).Items("results").Pages(p, After, "limit", 100),
            ["delete"] = static (p, call) => call.Delete($"/crm/v3/objects/contacts/{p.ContactId:contactId}"),
        },
    };

    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<HubSpotNode, HubSpotParameters>((p, s) => new(p, s))
    {
        Type = "hubspot",
        Summary = "Creates, changes and finds contacts in HubSpot.",
        Category = NodeCategory.Connector,
        Aliases = [new("n8n-nodes-base.hubspot", 1, 2.2)],
        Lacks = "everything but contacts",
        Difference = "contacts are read and written by version 3 of the API, whose answers look different",
        Connector = Api.Facts,
    };

    private static Paging After => Pagings.Mark("paging.next.after", "after");

    private static JsObject Properties(HubSpotParameters p, ApiRequest call)
    {
        var properties = new JsObject();
        if (call.IsGiven(p.Email)) properties.Set("email", call.Text(p.Email));
        foreach (var (name, value) in call.Object(p.AdditionalFields))
        {
            if (name is "customPropertiesUi")
            {
                foreach (var (own, given) in NamedValues.Of(value, "property").AsObject ?? new JsObject()) properties.Set(own, given);
            }
            else if (name is not "properties")
            {
                // Several choices are one text to HubSpot.
                properties.Set(Names.GetValueOrDefault(name) ?? Foundation.Schema.Naming.SnakeCase(name), value.AsArray is { } choices ? string.Join(';', choices.Select(ParameterValues.ToText)) : value);
            }
        }

        return properties;
    }

    private static ApiRequest Wanted(HubSpotParameters p, ApiRequest call)
    {
        var fields = call.Object(p.AdditionalFields);
        var wanted = fields["properties"] is { IsNullish: false } given ? given : fields["propertiesCollection"].AsObject?["propertiesValues"].AsObject?["properties"] ?? default;
        if (wanted.AsArray is { Count: > 0 } list) call.Query("properties", string.Join(',', list.Select(ParameterValues.ToText)));
        else call.Query("properties", wanted);
        return call;
    }

    private static ApiRequest Search(HubSpotParameters p, ApiRequest call)
    {
        var fields = call.Object(p.AdditionalFields);
        call.Body("query", call.IsGiven(p.Query) ? call.Text(p.Query) : fields["query"]);
        if (fields["sortBy"].AsString is { Length: > 0 } by) call.Body("sorts", new JsArray([new JsObject { ["propertyName"] = by, ["direction"] = fields["direction"] is { IsString: true } way ? way : "DESCENDING" }]));
        if (fields["properties"] is { IsNullish: false } wanted) call.Body("properties", wanted.AsArray is not null ? wanted : NamedValues.Each(wanted, ""));
        var filters = call.Json(p.Filters, "filters");
        if (filters.AsArray is { } list) return call.Body("filterGroups", new JsArray([new JsObject { ["filters"] = list }]));
        if (filters.AsObject?["filterGroupsValues"].AsArray is not { } groups) return call;
        return call.Body("filterGroups", new JsArray([.. groups.Select(g => (JsValue)new JsObject { ["filters"] = new JsArray([.. (g.AsObject?["filtersUi"].AsObject?["filterValues"].AsArray ?? []).Select(Filter)]) })]));
    }

    private static JsValue Filter(JsValue given) => new JsObject
    {
        // "email|string", as editors write it.
        ["propertyName"] = ParameterValues.ToText(given.AsObject?["propertyName"] ?? default).Split('|')[0],
        ["operator"] = given.AsObject?["operator"] ?? default,
        ["value"] = given.AsObject?["value"] ?? default,
    };
}

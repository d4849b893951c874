using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.HubSpot;

/// <summary>What is done at HubSpot.</summary>
[CamelCase]
internal sealed record HubSpotParameters : ConnectorParameters
{
    /// <summary>The address by which a contact is known.</summary>
    public Parameter<string> Email { get; init; } = "";

    /// <summary>The contact.</summary>
    public Parameter<string> ContactId { get; init; } = "";

    /// <summary>What is known about the contact (<c>firstName</c>, <c>companyName</c>, <c>customPropertiesUi</c>), or how a list is given (<c>properties</c>, <c>query</c>).</summary>
    public Parameter<JsValue>? AdditionalFields { get; init; }

    /// <summary>Of a search, the filters of the API: <c>[{"propertyName": "email", "operator": "EQ", "value": "a@b"}]</c>, all of which hold; or groups as n8n writes them.</summary>
    [Alias("filterGroupsUi")]
    public Parameter<JsValue>? Filters { get; init; }

    /// <summary>Words that are searched for.</summary>
    public Parameter<string> Query { get; init; } = "";

    /// <summary>For n8n.</summary>
    public bool ResolveData { get; init; } = true;
}

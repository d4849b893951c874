using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.Salesforce;

/// <summary>What is done at Salesforce.</summary>
[CamelCase]
internal sealed record SalesforceParameters : ConnectorParameters
{
    /// <summary>A query in SOQL.</summary>
    public Parameter<string> Query { get; init; } = "";

    /// <summary>The kind of a record of one's own: <c>Invoice__c</c>.</summary>
    public Parameter<string> CustomObject { get; init; } = "";

    /// <summary>The record.</summary>
    [Alias("leadId")]
    [Alias("contactId")]
    [Alias("accountId")]
    [Alias("opportunityId")]
    [Alias("caseId")]
    [Alias("taskId")]
    public Parameter<string> RecordId { get; init; } = "";

    /// <summary>The field by which upsert finds a record.</summary>
    public Parameter<string> ExternalId { get; init; } = "";

    /// <summary>Its value.</summary>
    public Parameter<string> ExternalIdValue { get; init; } = "";

    /// <summary>The last name of a lead or contact.</summary>
    public Parameter<string> Lastname { get; init; } = "";

    /// <summary>The company of a lead.</summary>
    public Parameter<string> Company { get; init; } = "";

    /// <summary>The name of an account or opportunity.</summary>
    public Parameter<string> Name { get; init; } = "";

    /// <summary>When an opportunity is to be closed.</summary>
    public Parameter<string> CloseDate { get; init; } = "";

    /// <summary>How far an opportunity is.</summary>
    public Parameter<string> StageName { get; init; } = "";

    /// <summary>The kind of a case.</summary>
    public Parameter<string> Type { get; init; } = "";

    /// <summary>How far a task is.</summary>
    public Parameter<string> Status { get; init; } = "";

    /// <summary>More fields of the record: as the API calls them, or in camelCase.</summary>
    public Parameter<JsValue>? AdditionalFields { get; init; }

    /// <summary>The fields that change.</summary>
    public Parameter<JsValue>? UpdateFields { get; init; }

    /// <summary>Fields of one's own: <c>{"customFieldsValues": [{"fieldId": "Rank__c", "value": 1}]}</c>.</summary>
    public Parameter<JsValue>? CustomFieldsUi { get; init; }

    /// <summary>Of lists, which fields: <c>fields</c>.</summary>
    public Parameter<JsValue>? Options { get; init; }
}

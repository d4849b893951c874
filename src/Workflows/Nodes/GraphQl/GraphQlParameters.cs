using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.GraphQl;

/// <summary>What is asked, and where.</summary>
[CamelCase]
internal sealed record GraphQlParameters
{
    /// <summary>Which of the node's credentials authorises the request.</summary>
    [OneOf("none", "basicAuth", "bearerAuth", "customAuth", "headerAuth", "queryAuth", "oAuth2")]
    public string Authentication { get; init; } = "none";

    /// <summary>The method.</summary>
    [OneOf("GET", "POST")]
    public string RequestMethod { get; init; } = "POST";

    /// <summary>The address.</summary>
    [Required]
    public Parameter<string> Endpoint { get; init; } = "";

    /// <summary>Whether certificates that nobody vouches for are taken.</summary>
    public bool AllowUnauthorizedCerts { get; init; }

    /// <summary>Whether the query goes as JSON with its variables, or alone as <c>application/graphql</c>.</summary>
    [OneOf("json", "graphql")]
    public string RequestFormat { get; init; } = "json";

    /// <summary>The query or mutation.</summary>
    [Required]
    public Parameter<string> Query { get; init; } = "";

    /// <summary>Its variables: an object, or JSON as text.</summary>
    public Parameter<JsValue>? Variables { get; init; }

    /// <summary>Which operation of the query is meant, where it has several.</summary>
    public Parameter<string> OperationName { get; init; } = "";

    /// <summary>Whether the answer comes as data or as text.</summary>
    [OneOf("json", "string")]
    public string ResponseFormat { get; init; } = "json";

    /// <summary>The field for text.</summary>
    public Parameter<string> DataPropertyName { get; init; } = "data";

    /// <summary>Header fields.</summary>
    public GraphQlHeaders HeaderParametersUi { get; init; } = new();

    /// <summary>Milliseconds that the answer may take.</summary>
    [Between(1, 86_400_000)]
    public Parameter<double> Timeout { get; init; } = 300_000;
}

/// <summary>Header fields.</summary>
[CamelCase]
internal sealed record GraphQlHeaders
{
    /// <summary>The fields.</summary>
    public IReadOnlyList<GraphQlHeader> Parameter { get; init; } = [];
}

/// <summary>A header field.</summary>
[CamelCase]
internal sealed record GraphQlHeader
{
    /// <summary>Its name.</summary>
    public Parameter<string> Name { get; init; } = "";

    /// <summary>Its value.</summary>
    public Parameter<string> Value { get; init; } = "";
}

using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Nodes.Connectors;

/// <summary>What every connector is told.</summary>
[CamelCase]
internal abstract record ConnectorParameters
{
    /// <summary>What it is about; the first of the list unless given.</summary>
    public string? Resource { get; init; }

    /// <summary>What is done with it; the resource's usual operation unless given.</summary>
    public string? Operation { get; init; }

    /// <summary>Which of the node's credentials is meant where it has several: <c>oAuth2</c> for that kind.</summary>
    [AllowEmpty]
    public string Authentication { get; init; } = "";

    /// <summary>The address of the API, in place of the service's own and of the connection's.</summary>
    public Parameter<string> BaseUrl { get; init; } = "";

    /// <summary>Of a list, whether everything is fetched, page after page.</summary>
    public Parameter<bool>? ReturnAll { get; init; }

    /// <summary>Of a list, how many at most.</summary>
    [Between(1, 1_000_000)]
    public Parameter<double> Limit { get; init; } = 50;
}

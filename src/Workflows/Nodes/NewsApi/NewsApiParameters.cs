using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.NewsApi;

/// <summary>What is done at NewsAPI.</summary>
[CamelCase]
internal sealed record NewsApiParameters : ConnectorParameters
{
    /// <summary>Words that articles have.</summary>
    public Parameter<string> Query { get; init; } = "";

    /// <summary>The country of headlines: <c>de</c>.</summary>
    public Parameter<string> Country { get; init; } = "";

    /// <summary>The kind of headlines: <c>business</c>, <c>technology</c>.</summary>
    public Parameter<string> Category { get; init; } = "";

    /// <summary>The sources, by their ids.</summary>
    public Parameter<JsValue>? Sources { get; init; }

    /// <summary>The domains that articles are from.</summary>
    public Parameter<JsValue>? Domains { get; init; }

    /// <summary>The oldest day or time, in ISO form.</summary>
    public Parameter<string> From { get; init; } = "";

    /// <summary>The newest day or time.</summary>
    public Parameter<string> To { get; init; } = "";

    /// <summary>The language of articles: <c>en</c>.</summary>
    public Parameter<string> Language { get; init; } = "";

    /// <summary>What comes first.</summary>
    [OneOf("relevancy", "popularity", "publishedAt")]
    public string? SortBy { get; init; }
}

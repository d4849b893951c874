using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.NewsApi;

/// <summary>Finds news articles and headlines.</summary>
internal sealed class NewsApiNode(NewsApiParameters parameters, NodeSetup setup) : ConnectorNode<NewsApiParameters>(Api, parameters, setup)
{
    private static readonly ConnectorApi<NewsApiParameters> Api = new("NewsAPI", "https://newsapi.org", "news-api")
    {
        ["article"] = new("everything")
        {
            ["everything"] = static (p, call) => Common(p, call.Get($"/v2/everything").Query("from", p.From).Query("to", p.To).Query("language", p.Language).Query("sortBy", p.SortBy).Query("domains", Joined(call, p.Domains))),
            ["topHeadlines"] = static (p, call) => Common(p, call.Get($"/v2/top-headlines").Query("country", p.Country).Query("category", p.Category)),
        },
        ["source"] = new("getAll")
        {
            ["getAll"] = static (p, call) => call.Get($"/v2/top-headlines/sources").Query("category", p.Category).Query("language", p.Language).Query("country", p.Country).Items("sources").Pages(p, Pagings.None, null, 1000),
        },
    };

    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<NewsApiNode, NewsApiParameters>((p, s) => new(p, s))
    {
        Type = "news-api",
        Summary = "Finds news articles and headlines.",
        Category = NodeCategory.Connector,
        Connector = Api.Facts,
    };

    private static void Common(NewsApiParameters p, ApiRequest call) =>
        call.Query("q", p.Query).Query("sources", Joined(call, p.Sources)).Items("articles").Pages(p, Pagings.Number("articles", "page", "pageSize"), "pageSize", 100);

    private static string Joined(ApiRequest call, Parameter<JsValue>? list) => string.Join(',', call.List(list).Select(ParameterValues.ToText));
}

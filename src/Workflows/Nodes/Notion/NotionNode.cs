using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.Notion;

/// <summary>Reads and writes pages and databases of Notion.</summary>
internal sealed class NotionNode(NotionParameters parameters, NodeSetup setup) : ConnectorNode<NotionParameters>(Api, parameters, setup)
{
    private static readonly ConnectorApi<NotionParameters> Api = new("Notion", "https://api.notion.com", "notion", "oauth2")
    {
        Headers = new Dictionary<string, string> { ["Notion-Version"] = "2022-06-28" },
        ["page"] = new("create")
        {
            ["create"] = static (p, call) => Children(p, call.Post($"/v1/pages").Body("parent", new JsObject { ["page_id"] = Id(call.Need(p.PageId, "pageId")) })
                .Body("properties", new JsObject { ["title"] = NotionProperties.RichText(call.Need(p.Title, "title")) })).Each(Shaped(p, call)),
            ["get"] = static (p, call) => call.Get($"/v1/pages/{Id(call.Need(p.PageId, "pageId")):pageId}").Each(Shaped(p, call)),
            ["archive"] = static (p, call) => call.Patch($"/v1/pages/{Id(call.Need(p.PageId, "pageId")):pageId}").Body("archived", true).Each(Shaped(p, call)),
            ["search"] = static (p, call) => Search(p, call, "page"),
        },
        ["databasePage"] = new("create")
        {
            ["create"] = static (p, call) => Children(p, call.Post($"/v1/pages").Body("parent", new JsObject { ["database_id"] = Id(call.Need(p.DatabaseId, "databaseId")) })
                .Body("properties", NotionProperties.Of(p, call))).Each(Shaped(p, call)),
            ["get"] = static (p, call) => call.Get($"/v1/pages/{Id(call.Need(p.PageId, "pageId")):pageId}").Each(Shaped(p, call)),
            ["getAll"] = static (p, call) => Sorted(p, call.Post($"/v1/databases/{Id(call.Need(p.DatabaseId, "databaseId")):databaseId}/query").Body("filter", NotionProperties.Filter(p, call)))
                .Items("results", Shaped(p, call)).Pages(p, Next, "page_size", 100),
            ["update"] = static (p, call) => call.Patch($"/v1/pages/{Id(call.Need(p.PageId, "pageId")):pageId}").Body("properties", NotionProperties.Of(p, call)).Each(Shaped(p, call)),
        },
        ["database"] = new("get")
        {
            ["get"] = static (p, call) => call.Get($"/v1/databases/{Id(call.Need(p.DatabaseId, "databaseId")):databaseId}"),
            ["getAll"] = static (p, call) => Search(p, call, "database"),
            ["search"] = static (p, call) => Search(p, call, "database"),
        },
        ["block"] = new("append")
        {
            ["append"] = static (p, call) => Children(p, call.Patch($"/v1/blocks/{Id(call.Need(p.BlockId, "blockId")):blockId}/children")).Items("results"),
            ["getAll"] = static (p, call) => call.Get($"/v1/blocks/{Id(call.Need(p.BlockId, "blockId")):blockId}/children").Items("results").Pages(p, Next, "page_size", 100),
        },
        ["user"] = new("get")
        {
            ["get"] = static (p, call) => call.Get($"/v1/users/{p.UserId:userId}"),
            ["getAll"] = static (p, call) => call.Get($"/v1/users").Items("results").Pages(p, Next, "page_size", 100),
        },
    };

    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<NotionNode, NotionParameters>((p, s) => new(p, s))
    {
        Type = "notion",
        Summary = "Reads and writes pages and databases of Notion.",
        Category = NodeCategory.Connector,
        Aliases = [new("n8n-nodes-base.notion", 2, 2.2)],
        Difference = "blocks are written with plain text, without styles; files are not fetched",
        Connector = Api.Facts,
    };

    private static Paging Next => Pagings.Mark("next_cursor", "start_cursor");

    /// <summary>The id at the end of an address, <c>https://www.notion.so/Plan-0fe2f7de558b471eab07e9d871cdf4a9?v=1</c>, or what was given.</summary>
    private static string Id(string given)
    {
        if (!given.StartsWith("http", StringComparison.Ordinal)) return given;
        var path = given.Split('?', '#')[0].TrimEnd('/');
        return path.Length >= 32 ? path[^32..] : given;
    }

    private static Func<JsValue, JsValue> Shaped(NotionParameters p, ApiRequest call) => p.Simple is null || call.Is(p.Simple) ? NotionProperties.Simple : static page => page;

    private static ApiRequest Children(NotionParameters p, ApiRequest call)
    {
        if (call.Object(p.BlockUi)["blockValues"].AsArray is { Count: > 0 } blocks) call.Body("children", new JsArray([.. blocks.Select(NotionProperties.Block)]));
        if (call.Object(p.Options)["icon"].AsString is { Length: > 0 } icon)
            call.Body("icon", icon.StartsWith("http", StringComparison.Ordinal) ? new JsObject { ["type"] = "external", ["external"] = new JsObject { ["url"] = icon } } : new JsObject { ["type"] = "emoji", ["emoji"] = icon });
        return call;
    }

    private static void Search(NotionParameters p, ApiRequest call, string kind) =>
        call.Post($"/v1/search").Body("query", p.Text).Body("filter", new JsObject { ["property"] = "object", ["value"] = kind })
            .Items("results", kind is "page" ? Shaped(p, call) : null).Pages(p, Next, "page_size", 100);

    private static ApiRequest Sorted(NotionParameters p, ApiRequest call)
    {
        if (call.Object(p.Options)["sort"].AsObject?["sortValue"].AsArray is not { Count: > 0 } sorts) return call;
        return call.Body("sorts", new JsArray([.. sorts.Select(s =>
        {
            var by = s.AsObject ?? new JsObject();
            var key = ParameterValues.ToText(by["key"]).Split('|')[0];
            return (JsValue)new JsObject { [by["timestamp"].IsTrue ? "timestamp" : "property"] = key, ["direction"] = by["direction"] is { IsString: true } way ? way : "ascending" };
        })]));
    }
}

using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.FakeStore;

/// <summary>Uses the Fake Store API: products, carts and users for trying things out.</summary>
internal sealed class FakeStoreNode(FakeStoreParameters parameters, NodeSetup setup) : ConnectorNode<FakeStoreParameters>(Api, parameters, setup)
{
    private static readonly ConnectorApi<FakeStoreParameters> Api = new("Fake Store API", "https://fakestoreapi.com")
    {
        ["product"] = new("getAll")
        {
            Common = Common("products"),
            ["getAll"] = static (p, call) => Listed(p, call.IsGiven(p.Category) ? call.Get($"/products/category/{p.Category:category}") : call.Get($"/products")),
            ["categories"] = static (p, call) => call.Get($"/products/categories").Each(static name => new JsObject { ["category"] = name }),
        },
        ["cart"] = new("getAll")
        {
            Common = Common("carts"),
            ["getAll"] = static (p, call) => Listed(p, call.IsGiven(p.UserId) ? call.Get($"/carts/user/{p.UserId:userId}") : call.Get($"/carts")),
        },
        ["user"] = new("getAll")
        {
            Common = Common("users"),
            ["getAll"] = static (p, call) => Listed(p, call.Get($"/users")),
        },
    };

    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<FakeStoreNode, FakeStoreParameters>((p, s) => new(p, s))
    {
        Type = "fake-store",
        Summary = "Uses the Fake Store API: products, carts and users for trying things out.",
        Category = NodeCategory.Connector,
        Connector = Api.Facts,
    };

    private static ApiResource<FakeStoreParameters> Common(string path) => new("get")
    {
        ["get"] = (p, call) => call.Get($"/{path:path}/{p.Id:id}"),
        ["create"] = (p, call) => call.Post($"/{path:path}").BodyAll(Fields(p, call)),
        ["update"] = (p, call) => call.Put($"/{path:path}/{p.Id:id}").BodyAll(Fields(p, call)),
        ["delete"] = (p, call) => call.Delete($"/{path:path}/{p.Id:id}"),
    };

    private static void Listed(FakeStoreParameters p, ApiRequest call) => call.Query("sort", p.Sort).Pages(p, Pagings.None, "limit", 1000, all: true);

    private static JsObject Fields(FakeStoreParameters p, ApiRequest call) => p.Fields is null ? call.ItemJson : call.Json(p.Fields, "fields").AsObject ?? new JsObject();
}

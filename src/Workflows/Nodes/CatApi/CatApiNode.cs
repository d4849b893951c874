using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.CatApi;

/// <summary>Gives pictures of cats and what is known about breeds.</summary>
internal sealed class CatApiNode(CatApiParameters parameters, NodeSetup setup) : ConnectorNode<CatApiParameters>(Api, parameters, setup)
{
    private static readonly ConnectorApi<CatApiParameters> Api = new("The Cat API", "https://api.thecatapi.com/v1", "cat-api")
    {
        ConnectionIsOptional = true,
        ["image"] = new("search")
        {
            ["search"] = static (p, call) => call.Get($"/images/search").Query("breed_ids", string.Join(',', call.List(p.BreedIds).Select(ParameterValues.ToText)))
                .Query("has_breeds", p.HasBreeds is null ? "" : call.Is(p.HasBreeds) ? "1" : "0").Query("size", p.Size).Query("mime_types", p.MimeTypes).Query("order", p.Order).Pages(p, Pagings.None, "limit", 100),
            ["get"] = static (p, call) => call.Get($"/images/{p.Id:id}"),
        },
        ["breed"] = new("getAll")
        {
            ["getAll"] = static (p, call) => call.Get($"/breeds").Pages(p, Pagings.None, "limit", 100),
            ["get"] = static (p, call) => call.Get($"/breeds/{p.Id:id}"),
            ["search"] = static (p, call) => call.Get($"/breeds/search").Query("q", call.Need(p.Query, "query")),
        },
        ["vote"] = new("create")
        {
            ["create"] = static (p, call) => call.Post($"/votes").Body("image_id", call.Need(p.ImageId, "imageId")).Body("sub_id", p.SubId).Body("value", p.Value is null ? 1 : call.Value(p.Value)),
            ["getAll"] = static (p, call) => call.Get($"/votes").Query("sub_id", p.SubId).Pages(p, Pagings.None, "limit", 100),
            ["delete"] = static (p, call) => call.Delete($"/votes/{p.Id:id}"),
        },
        ["favourite"] = new("create")
        {
            ["create"] = static (p, call) => call.Post($"/favourites").Body("image_id", call.Need(p.ImageId, "imageId")).Body("sub_id", p.SubId),
            ["getAll"] = static (p, call) => call.Get($"/favourites").Query("sub_id", p.SubId).Pages(p, Pagings.None, "limit", 100),
            ["delete"] = static (p, call) => call.Delete($"/favourites/{p.Id:id}"),
        },
    };

    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<CatApiNode, CatApiParameters>((p, s) => new(p, s))
    {
        Type = "cat-api",
        Summary = "Gives pictures of cats and what is known about breeds.",
        Category = NodeCategory.Connector,
        Connector = Api.Facts,
    };
}

using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Routing;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Tests.Routing;

/// <summary>Routes and requests in one line each.</summary>
internal static class Sample
{
    public static RouteModel Route(RouteConfig config, ServiceConfig? service = null) => new()
    {
        Config = config.Id == Guid.Empty ? config with { Id = Id(config.Name ?? "") } : config,
        Service = service is null ? null : new ServiceModel { Config = service, Balancer = null!, Client = null! },
    };

    public static Router Router(params RouteConfig[] routes) => Router(RouterFlavor.TraditionalCompatible, routes);

    public static Router Router(RouterFlavor flavor, params RouteConfig[] routes) =>
        RouterFactory.Build(flavor, routes.Select(route => Route(route)).ToArray());

    public static RouteQuery Query(
        string path = "/", string host = "a.test", string method = "GET", string protocol = "http", string? sni = null, string query = "",
        params (string Name, string Value)[] headers)
    {
        var fields = new HeaderDictionary();
        foreach (var (name, value) in headers) fields.Append(name, value);
        return new RouteQuery(method, protocol, host, path, query, sni, fields);
    }

    public static Dictionary<string, IReadOnlyList<string>> Headers(params (string Name, string[] Values)[] headers) =>
        headers.ToDictionary(header => header.Name, header => (IReadOnlyList<string>)header.Values, StringComparer.Ordinal);

    /// <summary>The id that Kong derives for a route of this name.</summary>
    public static Guid Id(string name) => NameBased(NameBased(new Guid("fd02801f-0957-4a15-a55a-c8d9606f30b5"), "routes"), name);

    private static Guid NameBased(Guid space, string name)
    {
        var hash = System.Security.Cryptography.SHA1.HashData([.. space.ToByteArray(bigEndian: true), .. System.Text.Encoding.UTF8.GetBytes(name)]);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }
}

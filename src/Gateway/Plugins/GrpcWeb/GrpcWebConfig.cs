namespace Sluice.Gateway.Plugins.GrpcWeb;

/// <summary>What browsers may speak, and to which methods.</summary>
internal sealed record GrpcWebConfig
{
    /// <summary>The .proto file or descriptor set of the service; needed for clients that speak JSON.</summary>
    public string? Proto { get; init; }

    /// <summary>Whether the upstream gets the path without the route's prefix.</summary>
    public bool? PassStrippedPath { get; init; }

    /// <summary>What responses say in Access-Control-Allow-Origin.</summary>
    public string? AllowOriginHeader { get; init; } = "*";
}

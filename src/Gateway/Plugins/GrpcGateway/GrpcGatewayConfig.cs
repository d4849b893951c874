namespace Sluice.Gateway.Plugins.GrpcGateway;

/// <summary>Which service is reached.</summary>
internal sealed record GrpcGatewayConfig
{
    /// <summary>Its .proto file or descriptor set, with <c>google.api.http</c> rules.</summary>
    public string? Proto { get; init; }
}

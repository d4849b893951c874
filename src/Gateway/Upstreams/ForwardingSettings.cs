using Sluice.Gateway.Configuration;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Upstreams;

/// <summary>The limits of one service's exchanges with its endpoints.</summary>
internal sealed record ForwardingSettings
{
    public required TimeSpan ConnectTimeout { get; init; }

    /// <summary>Between two receives.</summary>
    public required TimeSpan ReadTimeout { get; init; }

    /// <summary>Between two sends.</summary>
    public required TimeSpan WriteTimeout { get; init; }

    /// <summary>Between two pieces of a request body that streams from the client.</summary>
    public required TimeSpan RequestBodyTimeout { get; init; }

    /// <summary>Most bytes of the head of an answer.</summary>
    public required int MaxResponseHead { get; init; }

    public static ForwardingSettings For(ServiceConfig service, GatewaySettings settings) => new()
    {
        ConnectTimeout = TimeSpan.FromMilliseconds(service.ConnectTimeout),
        ReadTimeout = TimeSpan.FromMilliseconds(service.ReadTimeout),
        WriteTimeout = TimeSpan.FromMilliseconds(service.WriteTimeout),
        RequestBodyTimeout = TimeSpan.FromMilliseconds(settings.RequestBodyTimeout),
        MaxResponseHead = settings.MaxResponseHead,
    };
}

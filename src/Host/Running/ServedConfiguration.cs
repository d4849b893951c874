using Sluice.Gateway.Configuration;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Host.Running;

/// <summary>The configuration that is served.</summary>
internal sealed record ServedConfiguration
{
    public required GatewayDocument Document { get; init; }

    /// <summary>Middleware of plugins that are not built, which was left out.</summary>
    public required IReadOnlyList<UnsupportedPlugin> Unsupported { get; init; }

    /// <summary>The files that it was read from; empty for a stored release.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>32 hex digits: two nodes with the same hash run the same configuration.</summary>
    public required string Hash { get; init; }

    /// <summary>When it was taken into service.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>1 for the first since the start.</summary>
    public required int Generation { get; init; }
}

/// <summary>A newer configuration that was not taken, and why.</summary>
internal sealed record RefusedConfiguration(DateTimeOffset At, IReadOnlyList<string> Problems);

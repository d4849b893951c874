namespace Sluice.Gateway.Upstreams.Discovery;

/// <summary>A source of endpoints as it stands.</summary>
public sealed record DiscoveryStatus
{
    /// <summary>Which kind and what it watches, without secrets.</summary>
    public required string Source { get; init; }

    /// <summary>Whether what it says is current. While it is away the last endpoints stay in use.</summary>
    public required bool IsUp { get; init; }

    /// <summary>When it last told its endpoints; null before it first did.</summary>
    public DateTimeOffset? LastAnswer { get; init; }

    /// <summary>Why it is away; null while it is not.</summary>
    public string? Problem { get; init; }

    /// <summary>How many endpoints it told.</summary>
    public required int Endpoints { get; init; }
}

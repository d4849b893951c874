using System.Net;

namespace Sluice.Gateway.Upstreams.Dns;

/// <summary>How a name server, or the way to it, answered one query.</summary>
internal enum DnsStatus { Answered, NoSuchName, NoRecords, ServerFailure, Truncated, TimedOut, Malformed }

/// <summary>The answer to one query. Records are only those of the asked type, aliases followed.</summary>
/// <param name="Ttl">The shortest time to live on the way to the records, or that of the answer that there are none.</param>
internal sealed record DnsReply(DnsStatus Status, IReadOnlyList<DnsRecord> Records, TimeSpan Ttl)
{
    public static DnsReply Failed(DnsStatus status) => new(status, [], TimeSpan.Zero);

    /// <summary>The server knows that there is nothing, which is as good as an answer.</summary>
    public bool IsNegative => Status is DnsStatus.NoSuchName or DnsStatus.NoRecords;
}

/// <summary>An address (A, AAAA), or a place that a service is at (SRV).</summary>
internal sealed record DnsRecord
{
    /// <summary>Set for A and AAAA.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Set for SRV: the name of the host.</summary>
    public string? Target { get; init; }

    public ushort Port { get; init; }

    public ushort Priority { get; init; }

    public ushort Weight { get; init; }
}

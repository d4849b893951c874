using System.Net;

namespace Sluice.Gateway.Upstreams.Dns;

/// <summary>What a name stands for.</summary>
/// <param name="Addresses">Empty when there is none.</param>
/// <param name="Ttl">How long this is good for.</param>
/// <param name="Error">Why there is no address, for people; null when there is one.</param>
public sealed record Resolution(IReadOnlyList<ResolvedAddress> Addresses, TimeSpan Ttl, string? Error = null);

/// <summary>One address of a name.</summary>
/// <param name="Address">The address.</param>
/// <param name="Port">From an SRV record; 0 for the port that the caller has.</param>
/// <param name="Weight">From an SRV record; null for the weight that the caller has.</param>
/// <param name="Host">The host that an SRV record names; null for the name that was asked for.</param>
public readonly record struct ResolvedAddress(IPAddress Address, int Port = 0, int? Weight = null, string? Host = null);

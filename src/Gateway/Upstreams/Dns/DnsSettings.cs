using System.Net;
using Sluice.Gateway.Upstreams.Balancing;

namespace Sluice.Gateway.Upstreams.Dns;

/// <summary>The kinds of records that names of upstreams are looked up as.</summary>
public enum DnsRecordType : ushort
{
    A = 1,
    Cname = 5,
    Soa = 6,
    Aaaa = 28,
    Srv = 33,
}

/// <summary>How names of upstreams are resolved.</summary>
public sealed record DnsSettings
{
    /// <summary>The name servers, asked in this order; Kong's <c>dns_resolver</c>. The system's own resolver is used when there are none.</summary>
    public IReadOnlyList<IPEndPoint> Servers { get; init; } = [];

    /// <summary>How long one server may take over one query.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often the list of servers is gone through before a name counts as not resolvable.</summary>
    public int Attempts { get; init; } = 2;

    /// <summary>Domains put behind names with fewer than <see cref="Dots"/> dots; none by default, unlike in most system resolvers.</summary>
    public IReadOnlyList<string> SearchDomains { get; init; } = [];

    /// <summary>How many dots a name must have to be tried as it is before the search domains.</summary>
    public int Dots { get; init; } = 1;

    /// <summary>The first of these that a name has records of is used; Kong's <c>dns_order</c>. Names that begin with <c>_</c> are SRV only.</summary>
    public IReadOnlyList<DnsRecordType> Order { get; init; } = [DnsRecordType.Srv, DnsRecordType.A, DnsRecordType.Aaaa];

    /// <summary>Used in place of the records' own time to live; Kong's <c>dns_valid_ttl</c>.</summary>
    public TimeSpan? ValidTtl { get; init; }

    /// <summary>How long the answer that a name does not exist is kept at most; Kong's <c>dns_not_found_ttl</c>.</summary>
    public TimeSpan NotFoundTtl { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after a failure of the name servers they are asked again; Kong's <c>dns_error_ttl</c>.</summary>
    public TimeSpan ErrorTtl { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an answer is used after its time while a new one cannot be had; Kong's <c>dns_stale_ttl</c>.</summary>
    public TimeSpan StaleTtl { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Names that need no server; looked at first. Null for none.</summary>
    public string? HostsFile { get; init; } = "/etc/hosts";

    /// <summary>The name servers of the system's <c>resolv.conf</c> and nothing else of it.</summary>
    public static DnsSettings FromSystem(string path = "/etc/resolv.conf")
    {
        try
        {
            return new DnsSettings { Servers = ParseResolvConf(File.ReadAllText(path)) };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new DnsSettings();
        }
    }

    /// <summary>The addresses of the <c>nameserver</c> lines; lines that are not understood are passed over.</summary>
    public static IReadOnlyList<IPEndPoint> ParseResolvConf(string text)
    {
        List<IPEndPoint> servers = [];
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words is ["nameserver", var address, ..] && TryParseServer(address, out var server)) servers.Add(server);
        }

        return servers;
    }

    /// <summary>Reads <c>10.0.0.2</c>, <c>10.0.0.2:8600</c>, <c>::1</c> or <c>[::1]:8600</c>; the port is 53 when absent.</summary>
    public static bool TryParseServer(string text, out IPEndPoint server)
    {
        server = new IPEndPoint(IPAddress.None, 0);
        if (!TargetAddress.TryParse(text, 53, out var target) || target.Literal is not { } address || target.Port == 0) return false;
        server = new IPEndPoint(address, target.Port);
        return true;
    }
}

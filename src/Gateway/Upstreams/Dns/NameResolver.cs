using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Sluice.Gateway.Upstreams.Dns;

/// <summary>
/// Finds the addresses of names: in the hosts file, then at the name servers, and keeps what they say for as long as they say. Who asks for a
/// name that is being asked for waits for that answer. While the servers fail, the last good answer is given again. Never throws.
/// </summary>
public sealed class NameResolver
{
    /// <summary>For sources that tell no time: the hosts file and the system's resolver.</summary>
    private static readonly TimeSpan UntoldTtl = TimeSpan.FromSeconds(30);

    /// <summary>Records that may not be kept at all are kept this long, or every request would ask.</summary>
    private static readonly TimeSpan ShortestTtl = TimeSpan.FromSeconds(1);

    /// <summary>Names come from configurations; this bounds what many of those leave behind.</summary>
    private const int MostEntries = 50_000;

    /// <summary>Names asked for at once.</summary>
    private const int MostQueries = 64;

    private readonly ConcurrentDictionary<string, Entry> entries = new();
    private readonly SemaphoreSlim places = new(MostQueries);
    private readonly TimeProvider time;
    private readonly DnsClient client;
    private readonly HostsFile hosts;

    public NameResolver(DnsSettings settings, TimeProvider time)
    {
        Settings = settings;
        this.time = time;
        client = new DnsClient(settings, time);
        hosts = new HostsFile(settings.HostsFile);
    }

    public DnsSettings Settings { get; }

    /// <summary>The addresses of <paramref name="name"/>, which must not be an address itself.</summary>
    public async ValueTask<Resolution> ResolveAsync(string name)
    {
        if (DnsName.Normalize(name) is not { } normalized) return new Resolution([], Settings.NotFoundTtl, "not a host name");
        var entry = entries.GetOrAdd(normalized, static _ => new Entry());
        Task<Resolution> pending;
        lock (entry)
        {
            if (entry.Good(time) is { } known) return known;
            pending = entry.Pending ??= FindAndKeepAsync(normalized, entry);
        }

        return await pending.ConfigureAwait(false);
    }

    private async Task<Resolution> FindAndKeepAsync(string name, Entry entry)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await places.WaitAsync().ConfigureAwait(false);
        Answer answer;
        try
        {
            answer = await FindAsync(name).ConfigureAwait(false);
        }
        finally
        {
            places.Release();
        }

        lock (entry)
        {
            entry.Pending = null;
            if (answer.ServersFailed && entry.LastGood is { } stale && time.GetElapsedTime(entry.LastGoodUntil) < Settings.StaleTtl)
                answer = answer with { Resolution = stale with { Ttl = Settings.ErrorTtl } };
            else if (answer.Resolution.Error is null)
                (entry.LastGood, entry.LastGoodUntil) = (answer.Resolution, Until(answer.Resolution.Ttl));
            (entry.Current, entry.CurrentUntil) = (answer.Resolution, Until(answer.Resolution.Ttl));
        }

        if (entries.Count > MostEntries) entries.Clear();
        return answer.Resolution;
    }

    private async Task<Answer> FindAsync(string name)
    {
        if (hosts.Find(name) is { Count: > 0 } listed) return Found([.. listed.Select(a => new ResolvedAddress(a))], UntoldTtl);
        // Localhost is never asked for (RFC 6761).
        if (name == "localhost" || name.EndsWith(".localhost", StringComparison.Ordinal)) return Found([new(IPAddress.Loopback)], UntoldTtl);
        if (Settings.Servers.Count == 0) return await AskSystemAsync(name).ConfigureAwait(false);

        var answer = default(Answer);
        foreach (var candidate in Candidates(name))
        {
            answer = await AskServersAsync(candidate).ConfigureAwait(false);
            if (answer.Resolution.Error is null) return answer;
        }

        return answer;
    }

    /// <summary>The name with and without the search domains, in the order of trying.</summary>
    private IEnumerable<string> Candidates(string name)
    {
        var longer = Settings.SearchDomains.Select(d => DnsName.Normalize($"{name}.{d}")).OfType<string>();
        return name.Count(c => c == '.') >= Settings.Dots ? longer.Prepend(name) : longer.Append(name);
    }

    private async Task<Answer> AskServersAsync(string name)
    {
        IReadOnlyList<DnsRecordType> order = name.StartsWith('_') ? [DnsRecordType.Srv] : Settings.Order;
        // All at once, but the first kind of the order that there is counts.
        var queries = order.Select(type => client.QueryAsync(name, type)).ToArray();
        List<DnsReply> misses = [];
        for (var i = 0; i < queries.Length; i++)
        {
            var reply = await queries[i].ConfigureAwait(false);
            if (reply.Status == DnsStatus.Answered)
            {
                if (order[i] != DnsRecordType.Srv) return Found([.. reply.Records.Select(r => new ResolvedAddress(r.Address!))], reply.Ttl);
                var followed = await FollowAsync(reply).ConfigureAwait(false);
                if (followed.Addresses.Count > 0) return Found(followed.Addresses, followed.Ttl);
                reply = DnsReply.Failed(DnsStatus.NoRecords);
            }

            misses.Add(reply);
        }

        // That the name does not exist holds for all kinds; otherwise one that failed leaves it open whether there is something.
        return NotFound(misses.Find(m => m.Status == DnsStatus.NoSuchName) ?? misses.Find(m => !m.IsNegative) ?? misses[^1]);
    }

    /// <summary>The addresses of the hosts that SRV records name: those of the first priority only.</summary>
    private async Task<(IReadOnlyList<ResolvedAddress> Addresses, TimeSpan Ttl)> FollowAsync(DnsReply services)
    {
        var priority = services.Records.Min(r => r.Priority);
        var first = services.Records.Where(r => r.Priority == priority && r.Target is { Length: > 0 }).ToArray();
        var replies = await Task.WhenAll(first.Select(r => AddressesOfAsync(r.Target!))).ConfigureAwait(false);
        List<ResolvedAddress> addresses = [];
        var ttl = services.Ttl;
        foreach (var (service, reply) in first.Zip(replies))
        {
            if (reply.Status != DnsStatus.Answered) continue;
            ttl = Shortest(ttl, reply.Ttl);
            addresses.AddRange(reply.Records.Select(r => new ResolvedAddress(r.Address!, service.Port, service.Weight, service.Target)));
        }

        return (addresses, ttl);
    }

    private async Task<DnsReply> AddressesOfAsync(string host)
    {
        if (hosts.Find(host) is { Count: > 0 } listed)
            return new DnsReply(DnsStatus.Answered, [.. listed.Select(a => new DnsRecord { Address = a })], UntoldTtl);
        var version4 = await client.QueryAsync(host, DnsRecordType.A).ConfigureAwait(false);
        return version4.Status == DnsStatus.NoRecords ? await client.QueryAsync(host, DnsRecordType.Aaaa).ConfigureAwait(false) : version4;
    }

    private async Task<Answer> AskSystemAsync(string name)
    {
        try
        {
            var addresses = await System.Net.Dns.GetHostAddressesAsync(name).ConfigureAwait(false);
            return Found([.. addresses.Select(a => new ResolvedAddress(a))], UntoldTtl);
        }
        catch (SocketException failure)
        {
            var known = failure.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData;
            return new Answer(new Resolution([], UntoldTtl, failure.Message), ServersFailed: !known);
        }
    }

    private Answer NotFound(DnsReply reply)
    {
        var text = reply.Status switch
        {
            DnsStatus.NoSuchName => "the name does not exist",
            DnsStatus.NoRecords => "the name has no address",
            DnsStatus.TimedOut => "no name server answered in time",
            DnsStatus.Malformed => "the name server's answer is malformed",
            _ => "the name server failed",
        };
        return reply.IsNegative
            ? new Answer(new Resolution([], Longest(ShortestTtl, Shortest(reply.Ttl, Settings.NotFoundTtl)), text), ServersFailed: false)
            : new Answer(new Resolution([], Settings.ErrorTtl, text), ServersFailed: true);
    }

    private Answer Found(IReadOnlyList<ResolvedAddress> addresses, TimeSpan ttl) =>
        new(new Resolution(addresses, Longest(ShortestTtl, Settings.ValidTtl ?? ttl)), ServersFailed: false);

    private long Until(TimeSpan ttl) => time.GetTimestamp() + (long)(ttl.TotalSeconds * time.TimestampFrequency);

    private static TimeSpan Shortest(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Longest(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private readonly record struct Answer(Resolution Resolution, bool ServersFailed);

    /// <summary>What is known of a name; guarded by itself.</summary>
    private sealed class Entry
    {
        public Resolution? Current;
        public long CurrentUntil;
        public Resolution? LastGood;
        public long LastGoodUntil;
        public Task<Resolution>? Pending;

        /// <summary>The answer with the time that is left of it; null when there is none or its time is over.</summary>
        public Resolution? Good(TimeProvider time) =>
            Current is not null && time.GetElapsedTime(time.GetTimestamp(), CurrentUntil) is var left && left > TimeSpan.Zero
                ? Current with { Ttl = left } : null;
    }
}

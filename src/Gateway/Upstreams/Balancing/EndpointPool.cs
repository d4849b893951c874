using System.Net;
using Sluice.Gateway.Upstreams.Dns;
using Sluice.Gateway.Upstreams.Health;

namespace Sluice.Gateway.Upstreams.Balancing;

/// <summary>
/// The targets of one upstream with the endpoints that their names stand for just now. Names are asked for when the first request comes (or at
/// once for an upstream, whose endpoints are watched and shown), and again in the background when their time is over; until the
/// answer comes the old one is used.
/// </summary>
internal sealed class EndpointPool : IDisposable
{
    private readonly PoolSettings settings;
    private readonly EndpointGroup group;
    private readonly ActiveChecker? checker;
    private readonly NameResolver resolver;
    private readonly TimeProvider time;
    private readonly Member[] configured;
    private volatile Member[] members;
    private volatile bool hasNames;
    private readonly Lock gate = new();
    private volatile EndpointView view;
    private long refreshAt;
    private Task? refreshing;
    private bool joinsOthers;
    private bool disposed;

    /// <param name="checker">Probes the endpoints; null without active checks.</param>
    public EndpointPool(PoolSettings settings, EndpointGroup group, ActiveChecker? checker, NameResolver resolver, TimeProvider time)
    {
        this.checker = checker;
        this.settings = settings;
        this.group = group;
        this.resolver = resolver;
        this.time = time;
        members = configured = [.. settings.Targets.Select(t => new Member(t))];
        hasNames = members.Any(m => m.NeedsResolving);
        view = new EndpointView { All = [], Error = BalancingErrors.NoHealthyEndpoints };
        joinsOthers = group.Add(this);
        foreach (var member in members) SetLiteral(member);
        Rebuild();
        checker?.Add(this);
        if (hasNames && !settings.IsDirect) _ = RefreshAsync();
        settings.Discovery?.Add(OnFound);
    }

    /// <summary>The endpoints as they stand, without waiting for names.</summary>
    public EndpointView View => view;

    /// <summary>
    /// The endpoints. Completes synchronously, with names refreshed in the background, unless there are no endpoints or their time has long
    /// been over.
    /// </summary>
    public ValueTask<EndpointView> GetViewAsync()
    {
        if (view.All.Length == 0 && settings.Discovery is { FirstAnswer: { IsCompleted: false } first }) return AfterAnswerAsync(first);
        if (!hasNames) return new(view);
        var overdue = time.GetElapsedTime(Volatile.Read(ref refreshAt));
        if (overdue < TimeSpan.Zero) return new(view);
        var refresh = RefreshAsync();
        return view.All.Length > 0 && overdue < resolver.Settings.StaleTtl ? new(view) : AfterAsync(refresh);

        async ValueTask<EndpointView> AfterAsync(Task pending)
        {
            await pending.ConfigureAwait(false);
            return view;
        }

        async ValueTask<EndpointView> AfterAnswerAsync(Task answer)
        {
            await answer.ConfigureAwait(false);
            return await GetViewAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Compiles the choice again, after the endpoints or their health changed.</summary>
    public void Rebuild()
    {
        bool? changed = null;
        lock (gate)
        {
            if (disposed) return;
            var all = members.SelectMany(m => m.Endpoints).ToArray();
            var weighted = all.Where(e => e.Weight > 0).ToArray();
            var available = weighted.Where(e => e.IsHealthy).ToArray();
            var total = weighted.Sum(e => (long)e.Weight);
            var share = total == 0 ? 0 : 100.0 * available.Sum(e => (long)e.Weight) / total;
            var serves = share > settings.Rules.Threshold || (settings.Rules.Threshold >= 100 && share >= 100);
            var hadEndpoints = view.All.Length > 0;
            if (hadEndpoints && weighted.Length > 0 && serves != view.Selector is not null) changed = serves;
            view = new EndpointView
            {
                All = all,
                Selector = serves ? settings.Algorithm.Compile(weighted, available) : null,
                Error = serves ? null
                    : settings.IsDirect && all.Length == 0 ? BalancingErrors.NameResolutionFailed
                    : BalancingErrors.NoHealthyEndpoints,
            };
        }

        if (changed is { } healthy) group.OnBalancerChanged(healthy);
    }

    public BalancerStatus GetStatus() => new()
    {
        Name = settings.Name,
        UpstreamId = settings.UpstreamId,
        Algorithm = settings.Algorithm.Name,
        IsHealthy = view.Selector is not null,
        HealthChecksOn = settings.Rules.On,
        Discovery = settings.Discovery?.Status,
        Targets = [.. members.Select(m => m.GetStatus())],
    };

    public bool SetHealth(string target, bool healthy)
    {
        var found = false;
        foreach (var member in members)
        {
            var (host, port) = member.Target.Address;
            var isTarget = TargetAddress.HostHeader(host, port, -1).Equals(target, StringComparison.OrdinalIgnoreCase);
            foreach (var endpoint in member.Endpoints.Where(e => isTarget || e.Key == target))
            {
                endpoint.State.SetHealth(healthy);
                found = true;
            }
        }

        return found;
    }

    public void Dispose()
    {
        settings.Discovery?.Remove(OnFound);
        checker?.Remove(this);
        group.Remove(this);
        lock (gate)
        {
            disposed = true;
            foreach (var member in members) SetEndpoints(member, []);
        }
    }

    /// <summary>
    /// Takes over what a source has found. A target that stays keeps its endpoints with all that is known of them; requests under way to one that
    /// goes end there as they would have.
    /// </summary>
    private void OnFound(IReadOnlyList<PoolTarget> found)
    {
        lock (gate)
        {
            if (disposed) return;
            var old = members;
            var next = configured.Concat(found.Select(t => Array.Find(old, m => m.Target == t && !configured.Contains(m)) ?? new Member(t))).ToArray();
            foreach (var gone in old.Except(next)) SetEndpoints(gone, []);
            foreach (var added in next.Except(old)) SetLiteral(added);
            members = next;
            hasNames = next.Any(m => m.NeedsResolving);
            joinsOthers = true;
            Volatile.Write(ref refreshAt, time.GetTimestamp());
        }

        Rebuild();
        if (hasNames) _ = RefreshAsync();
    }

    private void SetLiteral(Member member)
    {
        if (member.Target.Address.Literal is { } address) SetEndpoints(member, [new ResolvedAddress(address)]);
    }

    /// <summary>Asks for all names whose time is over. One at a time; who comes meanwhile gets the same task.</summary>
    private Task RefreshAsync()
    {
        if (refreshing is { } running) return running;
        lock (gate)
        {
            if (disposed) return Task.CompletedTask;
            return refreshing ??= Task.Run(RefreshMembersAsync);
        }
    }

    private async Task RefreshMembersAsync()
    {
        try
        {
            var current = members;
            var due = current.Where(m => m.NeedsResolving && time.GetTimestamp() >= m.RefreshAt).ToArray();
            var answers = await Task.WhenAll(due.Select(m => resolver.ResolveAsync(m.Target.Address.Host).AsTask())).ConfigureAwait(false);
            var changed = false;
            lock (gate)
            {
                if (disposed) return;
                for (var i = 0; i < due.Length; i++)
                    if (ReferenceEquals(current, members) || members.Contains(due[i])) changed |= Apply(due[i], answers[i]);
            }

            if (changed) Rebuild();
        }
        finally
        {
            lock (gate)
            {
                Volatile.Write(ref refreshAt, members.Where(m => m.NeedsResolving).Select(m => m.RefreshAt).DefaultIfEmpty().Min());
                joinsOthers = true;
                refreshing = null;
            }
        }
    }

    /// <summary>Takes over an answer. While the servers fail the resolver repeats what it knew, so that an error means that there is nothing.</summary>
    private bool Apply(Member member, Resolution answer)
    {
        member.RefreshAt = time.GetTimestamp() + (long)(answer.Ttl.TotalSeconds * time.TimestampFrequency);
        if (answer.Error is not null && member.Error is null) group.OnResolveFailed(member.Target.Address.Host, answer.Error);
        member.Error = answer.Error;
        return SetEndpoints(member, answer.Addresses);
    }

    private bool SetEndpoints(Member member, IReadOnlyList<ResolvedAddress> addresses)
    {
        var old = member.Endpoints;
        member.Endpoints = [.. addresses.DistinctBy(a => (a.Address, a.Port)).Select(a => MakeEndpoint(member.Target, a, old))];
        foreach (var gone in old.Except(member.Endpoints)) group.Release(gone.State);
        return !old.SequenceEqual(member.Endpoints);
    }

    private LiveEndpoint MakeEndpoint(PoolTarget target, ResolvedAddress resolvedAddress, LiveEndpoint[] old)
    {
        var host = target.Address.Host;
        var address = new IPEndPoint(resolvedAddress.Address, resolvedAddress.Port > 0 ? resolvedAddress.Port : target.Address.Port);
        // An SRV record of weight 0 is to be used rarely, not never (RFC 2782); a target of weight 0 is out whatever its records say.
        var weight = target.Weight == 0 ? 0 : Math.Max(1, resolvedAddress.Weight ?? target.Weight);
        var name = settings.HostHeader ?? (settings.UseSrvName ? resolvedAddress.Host : null) ?? host;
        var hostHeader = TargetAddress.HostHeader(name, address.Port, settings.SchemePort);
        var known = Array.Find(old, e => e.Address.Equals(address) && e.Weight == weight && e.HostHeader == hostHeader);
        if (known is not null) return known;
        var state = group.Acquire(host, address, joinsOthers);
        return new LiveEndpoint(state, weight, hostHeader, settings.Rules.Passive, settings.Algorithm is PeakEwma);
    }

    /// <summary>A target with the endpoints it stands for now. Replaced as a whole, so that readers need no lock.</summary>
    private sealed class Member(PoolTarget target)
    {
        private volatile LiveEndpoint[] endpoints = [];

        public PoolTarget Target { get; } = target;

        public bool NeedsResolving { get; } = target.Address.Literal is null;

        public LiveEndpoint[] Endpoints
        {
            get => endpoints;
            set => endpoints = value;
        }

        public long RefreshAt { get; set; }

        public string? Error { get; set; }

        public TargetStatus GetStatus() => new()
        {
            Host = Target.Address.Host,
            Port = Target.Address.Port,
            Weight = Target.Weight,
            ResolveError = Error,
            Endpoints = [.. endpoints.Select(e => e.GetStatus())],
        };
    }
}

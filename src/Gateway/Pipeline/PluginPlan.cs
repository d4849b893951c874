using System.Collections.Concurrent;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Pipeline;

/// <summary>
/// The middleware that applies to one route (or to requests that match none), per stage and in running order: one array per stage, holding only
/// the plugins that override it. Built with the snapshot; consumers that have middleware of their own get a plan of their own, made when first seen.
/// </summary>
public sealed class PluginPlan
{
    private readonly Func<ConsumerModel, PluginPlan>? specialise;
    private readonly ConcurrentDictionary<ConsumerModel, PluginPlan>? byConsumer;
    private readonly Plugin[][] requestStages;

    internal PluginPlan(IReadOnlyList<PlannedPlugin> plugins, Func<ConsumerModel, PluginPlan>? specialise)
    {
        Plugins = plugins;
        this.specialise = specialise;
        if (specialise is not null) byConsumer = new();
        requestStages =
        [
            Overriding(nameof(Plugin.AcceptAsync)),
            Overriding(nameof(Plugin.AuthenticateAsync)),
            Overriding(nameof(Plugin.AuthorizeAsync)),
            Overriding(nameof(Plugin.LimitAsync)),
            Overriding(nameof(Plugin.RewriteAsync)),
        ];
        BeforeUpstream = Overriding(nameof(Plugin.BeforeUpstream));
        UpstreamAnswered = Overriding(nameof(Plugin.UpstreamAnswered));
        UpstreamFailed = Overriding(nameof(Plugin.UpstreamFailed));
        Respond = Overriding(nameof(Plugin.Respond));
        Record = Overriding(nameof(Plugin.Record));
    }

    /// <summary>No plugins at all.</summary>
    internal static PluginPlan Empty { get; } = new([], null);

    /// <summary>All of them, for explanations.</summary>
    public IReadOnlyList<PlannedPlugin> Plugins { get; }

    internal Plugin[] BeforeUpstream { get; }

    internal Plugin[] UpstreamAnswered { get; }

    internal Plugin[] UpstreamFailed { get; }

    internal Plugin[] Respond { get; }

    internal Plugin[] Record { get; }

    /// <summary>The plugins of one of the stages that may answer.</summary>
    internal Plugin[] ForStage(RequestStage stage) => requestStages[(int)stage];

    /// <summary>The plan with the middleware of <paramref name="consumer"/> and its groups taken into account.</summary>
    public PluginPlan For(ConsumerModel consumer) =>
        specialise is null || !consumer.HasMiddleware ? this : byConsumer!.GetOrAdd(consumer, specialise);

    private Plugin[] Overriding(string stage) =>
        [.. Plugins.Where(p => p.Instance.GetType().GetMethod(stage)!.DeclaringType != typeof(Plugin)).Select(p => p.Instance)];
}

/// <summary>One middleware in a plan: which plugin, the instance, and where its configuration came from.</summary>
public sealed record PlannedPlugin(PluginDescriptor Descriptor, Plugin Instance, Configuration.PluginConfig Middleware);

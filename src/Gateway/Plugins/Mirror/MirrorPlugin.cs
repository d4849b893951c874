using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Plugins.Mirror;

/// <summary>Sends copies of requests to another service, whose answers nobody reads.</summary>
internal sealed class MirrorPlugin : Plugin
{
    /// <summary>The plugin that will copy an exchange; the object itself, so that nothing is allocated.</summary>
    private static readonly PluginSlot<MirrorPlugin> Chosen = new();

    private readonly MirrorConfig config;
    private readonly HeaderConditions conditions;
    private readonly Random random;
    private readonly MirrorQueue queue;
    private readonly ServiceModels services;
    private readonly Guid middleware;
    private readonly ServiceModel? service;
    private readonly ModelsLike? byService;

    public MirrorPlugin(MirrorConfig config, PluginSetup setup)
    {
        this.config = config;
        conditions = new HeaderConditions(config.Headers);
        random = setup.Random;
        services = setup.Services!;
        middleware = setup.Middleware.Id;
        if (config.Service is { } reference)
            service = MakeCopy((services.Find(reference.Id) ?? throw new InvalidOperationException($"it refers to service {reference.Id}, which does not exist")).Config);
        else
        {
            var upstream = setup.Snapshot.Document.Upstreams.FirstOrDefault(u => u.Id == config.Upstream!.Id)?.Name ?? throw new InvalidOperationException($"it refers to upstream {config.Upstream!.Id}, which does not exist");
            byService = new ModelsLike(like => MakeCopy(like with { Host = upstream, Endpoints = null, Discovery = null }));
        }

        var label = setup.Middleware.InstanceName ?? middleware.ToString();
        var limits = new MirrorLimits(config.MaxInFlight, config.MaxQueued, config.MaxBodies, TimeSpan.FromMilliseconds(config.Timeout));
        queue = setup.Shared.Get((middleware, label, limits), setup.Snapshot.Lease, () => new MirrorQueue(label, limits, setup.Time, setup.Log));
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<MirrorPlugin, MirrorConfig>((c, s) => new MirrorPlugin(c, s))
    {
        Name = "mirror",
        Summary = "Sends copies of requests to another service as well, without slowing or failing anybody.",
    };

    public override ValueTask<Verdict> RewriteAsync(Exchange exchange)
    {
        if (!Happens() || !conditions.Hold(exchange) || exchange.Request.Headers.Upgrade.Count > 0 || HttpMethods.IsConnect(exchange.Request.Method)) return Verdict.Continue;
        if (exchange.Request.ContentLength > config.MaxBody)
        {
            queue.NoteTooLarge();
            return Verdict.Continue;
        }

        Chosen.Set(exchange, this);
        if (exchange.HasRequestBody) exchange.RequestCapture = new RequestBodyCapture(config.MaxBody);
        return Verdict.Continue;
    }

    /// <summary>The response has been sent: from here on nobody waits for anything.</summary>
    public override void Record(Exchange exchange)
    {
        if (Chosen.Get(exchange) != this) return;
        Chosen.Set(exchange, null);
        if (exchange.Timings.Tries == 0) return;
        if (exchange.RequestCapture is not { } capture) queue.Add(exchange, [], Prepare);
        else if (capture.Body is { } body) queue.Add(exchange, body, Prepare);
        else if (capture.IsTooLarge) queue.NoteTooLarge();
    }

    private bool Happens() => config.Percentage >= 100 || (config.Percentage > 0 && random.NextDouble() * 100 < config.Percentage);

    private void Prepare(Exchange copy)
    {
        // What plugins do with answers is for the real one.
        copy.Plan = PluginPlan.Empty;
        copy.SendTo(service ?? byService!.Of(copy));
        foreach (var name in config.RemoveHeaders) copy.Request.Headers.Remove(name);
        foreach (var (name, value) in config.AddHeaders) copy.Request.Headers[name] = value;
    }

    /// <summary>The service as copies see it: tried once, and no step longer than a copy may take.</summary>
    private ServiceModel MakeCopy(ServiceConfig like) => services.Make(like with
    {
        Id = ServiceModels.Combine(like.Id, middleware),
        Retries = 0,
        Retry = null,
        ConnectTimeout = Math.Min(like.ConnectTimeout, config.Timeout),
        ReadTimeout = Math.Min(like.ReadTimeout, config.Timeout),
        WriteTimeout = Math.Min(like.WriteTimeout, config.Timeout),
    });
}

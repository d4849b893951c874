using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.CorrelationId;

/// <summary>Gives each request an id that the upstream, the client and the logs share.</summary>
internal sealed class CorrelationIdPlugin(CorrelationIdConfig config, PluginSetup setup) : Plugin
{
    public static readonly PluginDescriptor Descriptor = new PluginDescriptor<CorrelationIdPlugin, CorrelationIdConfig>((config, setup) => new(config, setup))
    {
        Name = "correlation-id",
        Summary = "Gives each request an id that the upstream, the client and the logs share.",
    };

    private static readonly PluginSlot<string> Id = new();

    private readonly Func<Exchange, string> generate = IdGenerator.For(config.Generator, setup.Time);

    /// <summary>The id that log entries carry; null when the plugin did not run.</summary>
    public static string? IdOf(Exchange exchange) => Id.Get(exchange);

    public override ValueTask<Verdict> AcceptAsync(Exchange exchange)
    {
        var id = Sent(exchange);
        if (string.IsNullOrEmpty(id))
        {
            id = generate(exchange);
            exchange.Request.Headers[config.HeaderName] = id;
        }

        Id.Set(exchange, id);
        return Verdict.Continue;
    }

    // Also where AcceptAsync did not run: a request that matched no route, or middleware of a consumer, who is known too late for it.
    public override void Respond(Exchange exchange)
    {
        if (!config.EchoDownstream) return;
        var id = Id.Get(exchange) ?? Sent(exchange);
        exchange.Response.Headers[config.HeaderName] = string.IsNullOrEmpty(id) ? generate(exchange) : id;
    }

    private string? Sent(Exchange exchange)
    {
        var values = exchange.Request.Headers[config.HeaderName];
        return values.Count == 0 ? null : values[0];
    }
}

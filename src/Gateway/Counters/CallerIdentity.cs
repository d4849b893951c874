using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Counters;

/// <summary>
/// What tells the callers of a limit apart. Where a request has no such thing (no consumer, no such field), its client address stands in, as in Kong.
/// </summary>
/// <param name="by"><c>consumer</c>, <c>credential</c>, <c>consumer-group</c>, <c>ip</c>, <c>service</c>, <c>header</c>, <c>path</c> or <c>tenant</c>.</param>
/// <param name="headerName">The field, for <c>header</c>.</param>
/// <param name="path">The path whose requests are counted together, for <c>path</c>.</param>
internal sealed class CallerIdentity(string by, string? headerName = null, string? path = null)
{
    /// <summary>What the tag of a consumer, route or service begins with that says whose it is.</summary>
    private const string TenantTag = "tenant:";

    private readonly Caller pathCaller = path is null ? default : Caller.From(path);

    public Caller Of(Exchange exchange) => by switch
    {
        "consumer" when (exchange.Consumer?.Config.Id ?? exchange.Credential?.Id) is { } id => Caller.From(id),
        "credential" when exchange.Credential is { } credential => Caller.From(credential.Id),
        "consumer-group" when exchange.Consumer is { Groups: [var group, ..] } => Caller.From(group.Id),
        "service" when exchange.Service is { } service => Caller.From(service.Config.Id),
        "header" when exchange.Request.Headers.TryGetValue(headerName!, out var values) && values.Count > 0 => Caller.From(values[0] ?? ""),
        "path" when string.Equals(exchange.Path, path, StringComparison.Ordinal) => pathCaller,
        "tenant" when TenantOf(exchange) is { } tenant => Caller.From(tenant),
        _ => Caller.From(exchange.ClientAddress),
    };

    /// <summary>What <see cref="Of"/> tells apart, as Kong writes it in keys.</summary>
    public string NameOf(Exchange exchange) => by switch
    {
        "consumer" when (exchange.Consumer?.Config.Id ?? exchange.Credential?.Id) is { } id => id.ToString(),
        "credential" when exchange.Credential is { } credential => credential.Id.ToString(),
        "consumer-group" when exchange.Consumer is { Groups: [var group, ..] } => group.Id.ToString(),
        "service" when exchange.Service is { } service => service.Config.Id.ToString(),

        // A key is not to be as long as a client likes.
        "header" when exchange.Request.Headers.TryGetValue(headerName!, out var values) && values.Count > 0 =>
            values[0] is { Length: > 128 } ? Of(exchange).ToHex() : values[0] ?? "",
        "path" when string.Equals(exchange.Path, path, StringComparison.Ordinal) => path!,
        "tenant" when TenantOf(exchange) is { } tenant => tenant,
        _ => exchange.ClientAddress.ToString(),
    };

    /// <summary>The tag <c>tenant:NAME</c> of the consumer, or else of the route or the service.</summary>
    private static string? TenantOf(Exchange exchange) =>
        TenantOf(exchange.Consumer?.Config) ?? TenantOf(exchange.Route?.Config) ?? TenantOf(exchange.Service?.Config);

    private static string? TenantOf(Entity? entity)
    {
        if (entity?.Tags is not { Count: > 0 } tags) return null;
        for (var i = 0; i < tags.Count; i++)
            if (tags[i].StartsWith(TenantTag, StringComparison.Ordinal)) return tags[i];
        return null;
    }
}

using System.Collections.Frozen;
using System.Text.Json;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authentication;
using Sluice.Gateway.Plugins.Authorization;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Plugins.Rbac;

/// <summary>A rule, ready for requests.</summary>
internal sealed class CompiledRule(RbacRule rule, int index)
{
    private readonly FrozenSet<string>? consumers = rule.Consumers?.ToFrozenSet(StringComparer.Ordinal);
    private readonly FrozenSet<string>? groups = rule.Groups?.ToFrozenSet(StringComparer.Ordinal);
    private readonly string[]? methods = rule.Methods?.ToArray();
    private readonly PathPattern[]? paths = rule.Paths?.Select(p => new PathPattern(p)).ToArray();
    private readonly ClaimDemand[] claims = [.. (rule.Claims ?? []).Select(c => new ClaimDemand(c))];

    public bool Denies { get; } = rule.Effect is "deny";

    public string Name { get; } = rule.Name ?? $"rules[{index}]";

    public bool Matches(Exchange exchange) => MatchesRequest(exchange) && MatchesCaller(exchange);

    private bool MatchesRequest(Exchange exchange)
    {
        if (methods is not null && !methods.AsSpan().Contains(exchange.Request.Method)) return false;
        if (paths is null) return true;
        foreach (var path in paths)
            if (path.Matches(exchange, exchange.Path)) return true;
        return false;
    }

    private bool MatchesCaller(Exchange exchange)
    {
        if (rule.Authenticated && exchange.Credential is null) return false;
        if (consumers is not null && !Names(exchange.Consumer)) return false;
        if (groups is not null && !HasGroupOf(exchange.Consumer)) return false;
        if (claims.Length == 0) return true;
        if (AuthenticatedClaims.Of(exchange) is not { } claimed) return false;
        foreach (var claim in claims)
            if (!claim.IsMet(claimed)) return false;
        return true;
    }

    private bool Names(ConsumerModel? consumer) =>
        consumer is not null && ((consumer.Config.Username is { } name && consumers!.Contains(name))
            || (consumer.Config.CustomId is { } custom && consumers!.Contains(custom)) || consumers!.Contains(consumer.IdText));

    private bool HasGroupOf(ConsumerModel? consumer)
    {
        if (consumer is null) return false;
        foreach (var group in consumer.Groups)
            if (groups!.Contains(group.Name)) return true;
        foreach (var group in consumer.AclGroups)
            if (groups!.Contains(group)) return true;
        return false;
    }
}

/// <summary>A claim that a rule asks for.</summary>
internal sealed class ClaimDemand(RbacClaim demand)
{
    private readonly string[] name = [demand.Name];
    private readonly string[] path = demand.Name.Split('.');
    private readonly FrozenSet<string> exact = demand.Values.Where(v => !v.EndsWith('*')).ToFrozenSet(StringComparer.Ordinal);
    private readonly string[] prefixes = [.. demand.Values.Where(v => v.EndsWith('*')).Select(v => v[..^1])];

    public bool IsMet(AuthenticatedClaims claims)
    {
        if ((claims.Find(name) ?? claims.Find(path)) is not { } claim) return false;
        return claim.ValueKind == JsonValueKind.Array ? claim.EnumerateArray().Any(HasValue) : HasValue(claim);
    }

    private bool HasValue(JsonElement claim)
    {
        if (claim.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False) return Meets(claim.GetRawText());
        if (claim.ValueKind != JsonValueKind.String) return false;
        var text = claim.GetString()!;
        return Meets(text) || (text.Contains(' ', StringComparison.Ordinal) && text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Any(Meets));
    }

    private bool Meets(string value)
    {
        if (exact.Contains(value)) return true;
        foreach (var prefix in prefixes)
            if (value.StartsWith(prefix, StringComparison.Ordinal)) return true;
        return false;
    }
}

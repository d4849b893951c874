using System.Text.Json;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Jose;

namespace Sluice.Gateway.Plugins.Authentication;

/// <summary>What verified tokens, or their introspection, claim of the caller; left on the exchange by the plugin that verified them.</summary>
/// <param name="access">What counts first.</param>
/// <param name="id">The ID token's, where there is one.</param>
internal sealed class AuthenticatedClaims(JsonElement? access, JsonElement? id = null)
{
    private static readonly PluginSlot<AuthenticatedClaims> Slot = new();

    /// <summary>Null when nothing was claimed, or nobody was asked.</summary>
    public static AuthenticatedClaims? Of(Exchange exchange) => Slot.Get(exchange);

    public void LeaveOn(Exchange exchange) => Slot.Set(exchange, this);

    /// <summary>What stands under a path of names, one inside the other; null when there is nothing.</summary>
    public JsonElement? Find(IReadOnlyList<string> path) =>
        (access is { } first ? TokenClaims.At(first, path) : null) ?? (id is { } second ? TokenClaims.At(second, path) : null);

    /// <summary>A claim as a text; null when there is none or it is no text, number or truth value.</summary>
    public string? Text(IReadOnlyList<string> path) => Find(path) is { } claim
        ? claim.ValueKind switch { JsonValueKind.String => claim.GetString(), JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => claim.GetRawText(), _ => null }
        : null;
}

using System.Text.Json;
using Sluice.Gateway.Plugins.Jose;

namespace Sluice.Gateway.Plugins.IdentityProviders;

/// <summary>Asks an authorization server whether tokens are good (RFC 7662), and remembers what it said.</summary>
/// <param name="client">What it is asked by.</param>
/// <param name="post">Makes a form of the arguments for the endpoint, which says who asks.</param>
/// <param name="hint">What kind of token they are taken for; null to say nothing of it.</param>
/// <param name="lifetime">How long an answer is kept; zero to ask each time.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenIntrospection(
    ProviderClient client, Func<Uri, IEnumerable<KeyValuePair<string, string>>, HttpRequestMessage> post, string? hint, TimeSpan lifetime, TimeProvider time)
{
    /// <summary>A token that is not good does not become so.</summary>
    private static readonly TimeSpan RefusalLifetime = TimeSpan.FromSeconds(30);

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    private readonly RecentTokens<Introspected> recent = new();

    /// <summary>What was said of a token lately; null when it must be asked for.</summary>
    public Introspected? Find(TokenHash hash) => recent.Find(hash) is { } known && time.GetUtcNow() < known.Until ? known : null;

    /// <summary>Asks; null when the server does not answer as it should. Continues on any thread.</summary>
    public async Task<Introspected?> AskAsync(Uri endpoint, TokenHash hash, string token)
    {
        List<KeyValuePair<string, string>> form = [new("token", token)];
        if (hint is not null) form.Add(new("token_type_hint", hint));
        var (answer, _) = await client.CallAsync("introspection", () => post(endpoint, form));
        if (answer is not { Status: 200 } || Read(answer.Body) is not { } claims) return null;
        var now = time.GetUtcNow();
        var active = claims.TryGetProperty("active", out var said) && said.ValueKind == JsonValueKind.True;
        var result = new Introspected(active ? claims : null, now + (active || lifetime < RefusalLifetime ? lifetime : RefusalLifetime));
        if (lifetime > TimeSpan.Zero)
        {
            recent.Remove(hash);
            recent.Add(hash, result);
        }

        return result;
    }

    private static JsonElement? Read(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>What was said of a token.</summary>
/// <param name="Claims">Null when it is not good.</param>
/// <param name="Until">Until when that is believed.</param>
internal sealed record Introspected(JsonElement? Claims, DateTimeOffset Until);

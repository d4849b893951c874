using System.Text.Json;
using Sluice.Gateway.Plugins.Jose;

namespace Sluice.Gateway.Plugins.IdentityProviders;

/// <summary>What an OpenID provider says of itself (OpenID Connect Discovery 1.0): where its endpoints are. Those that it does not name are null.</summary>
internal sealed record ProviderMetadata
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    public required string Issuer { get; init; }

    public Uri? Keys { get; init; }

    public Uri? Authorization { get; init; }

    public Uri? Token { get; init; }

    public Uri? Introspection { get; init; }

    public Uri? Revocation { get; init; }

    public Uri? EndSession { get; init; }

    /// <summary>It says who it is in its answers to authorization requests (RFC 9207).</summary>
    public bool NamesItself { get; init; }

    /// <summary>Reads a provider's document; null when it is none, or another issuer's than <paramref name="issuer"/>.</summary>
    public static ProviderMetadata? Read(byte[] json, string issuer)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            var root = document.RootElement;
            if (TokenClaims.Text(root, "issuer") is not { } named || !string.Equals(named.TrimEnd('/'), issuer.TrimEnd('/'), StringComparison.Ordinal)) return null;
            return new ProviderMetadata
            {
                Issuer = named,
                Keys = Endpoint("jwks_uri"),
                Authorization = Endpoint("authorization_endpoint"),
                Token = Endpoint("token_endpoint"),
                Introspection = Endpoint("introspection_endpoint"),
                Revocation = Endpoint("revocation_endpoint"),
                EndSession = Endpoint("end_session_endpoint"),
                NamesItself = root.TryGetProperty("authorization_response_iss_parameter_supported", out var names) && names.ValueKind == JsonValueKind.True,
            };

            Uri? Endpoint(string name) =>
                TokenClaims.Text(root, name) is { } text && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}

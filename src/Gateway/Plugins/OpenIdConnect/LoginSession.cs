using System.Text.Json;
using Sluice.Gateway.Plugins.IdentityProviders;
using Sluice.Gateway.Plugins.Jose;

namespace Sluice.Gateway.Plugins.OpenIdConnect;

/// <summary>Somebody who has logged in, as the sealed cookies hold it. Times are seconds since 1970.</summary>
/// <param name="Tokens">What the provider gave; they were verified then.</param>
/// <param name="AccessEnds">When the access token ends, where that is known.</param>
/// <param name="Created">When the session began.</param>
/// <param name="Renewed">When its cookies were last renewed.</param>
/// <param name="Touched">When it was last used, within a minute.</param>
internal sealed record LoginSession(TokenSet Tokens, long? AccessEnds, long Created, long Renewed, long Touched)
{
    public override string ToString() => nameof(LoginSession);

    public CallerClaims Claims() => ClaimsOf(Tokens);

    /// <summary>What tokens claim that came from the provider itself or out of a sealed cookie.</summary>
    public static CallerClaims ClaimsOf(TokenSet tokens) => new(
        JsonWebToken.Parse(tokens.Access, out _)?.Claims, tokens.Id is { } id ? JsonWebToken.Parse(id, out _)?.Claims : null, tokens.Scope, tokens.Access, tokens.Id);

    public byte[] Write()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var text in new[] { Tokens.Access, Tokens.Id, Tokens.Refresh, Tokens.Scope })
                if (text is null) json.WriteNullValue();
                else json.WriteStringValue(text);
            json.WriteNumberValue(AccessEnds ?? -1);
            json.WriteNumberValue(Created);
            json.WriteNumberValue(Renewed);
            json.WriteNumberValue(Touched);
            json.WriteEndArray();
        }

        return buffer.ToArray();
    }

    /// <summary>Reads what <see cref="Write"/> wrote; null for another version's. Only bytes that the seal has vouched for get here.</summary>
    public static LoginSession? Read(byte[] written)
    {
        try
        {
            using var document = JsonDocument.Parse(written);
            var json = document.RootElement;
            if (json.GetArrayLength() != 8) return null;
            var ends = json[4].GetInt64();
            return new LoginSession(
                new TokenSet(json[0].GetString()!, json[1].GetString(), json[2].GetString(), json[3].GetString(), null),
                ends < 0 ? null : ends, json[5].GetInt64(), json[6].GetInt64(), json[7].GetInt64());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}

/// <summary>A login that has begun: the browser is at the provider.</summary>
/// <param name="State">What the provider must send back with the browser.</param>
/// <param name="Nonce">What must stand in the ID token.</param>
/// <param name="Verifier">What proves that the code was asked for here (RFC 7636).</param>
/// <param name="RedirectUri">Where the browser comes back to.</param>
/// <param name="Target">The path and query that were asked for first.</param>
/// <param name="Began">Seconds since 1970.</param>
internal sealed record PendingLogin(string State, string Nonce, string Verifier, string RedirectUri, string Target, long Began)
{
    public override string ToString() => nameof(PendingLogin);

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(new object[] { State, Nonce, Verifier, RedirectUri, Target, Began });

    public static PendingLogin? Read(byte[] written)
    {
        try
        {
            using var document = JsonDocument.Parse(written);
            var json = document.RootElement;
            return json.GetArrayLength() != 6
                ? null
                : new PendingLogin(json[0].GetString()!, json[1].GetString()!, json[2].GetString()!, json[3].GetString()!, json[4].GetString()!, json[5].GetInt64());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}

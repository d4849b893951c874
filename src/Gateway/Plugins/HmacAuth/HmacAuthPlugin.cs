using System.Security.Cryptography;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authentication;
using Sluice.Gateway.Replaying;

namespace Sluice.Gateway.Plugins.HmacAuth;

/// <summary>Finds the consumer by the secret that parts of the request are signed with.</summary>
internal sealed class HmacAuthPlugin : AuthenticationPlugin
{
    private readonly HmacAuthConfig config;
    private readonly HmacAuthIndex secrets;
    private readonly TimeProvider time;
    private readonly Answer missing;
    private readonly Answer badDate;
    private readonly Answer notVerifiable;
    private readonly Answer notMatching;

    public HmacAuthPlugin(HmacAuthConfig config, PluginSetup setup)
        : base(setup, config.Anonymous, runOnPreflight: true)
    {
        this.config = config;
        time = setup.Time;
        secrets = setup.Snapshot.Derived(s => new HmacAuthIndex(s.Document));
        var challenge = new KeyValuePair<string, StringValues>("WWW-Authenticate", config.Realm is null ? "hmac" : $"hmac realm=\"{config.Realm}\"");
        missing = Answer.From(HmacAuthErrors.Missing, challenge);
        badDate = Answer.From(HmacAuthErrors.BadDate, challenge);
        notVerifiable = Answer.From(HmacAuthErrors.NotVerifiable, challenge);
        notMatching = Answer.From(HmacAuthErrors.NotMatching, challenge);
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<HmacAuthPlugin, HmacAuthConfig>((c, s) => new HmacAuthPlugin(c, s))
    {
        Name = "hmac-auth",
        Summary = "Callers sign parts of the request with a secret of a consumer.",
        Authenticates = true,
        ConsumerScope = false,
    };

    internal override Recognition Recognize(Exchange recorded) => ShowsAuthorization(recorded, "hmac") ? Recognition.Unclear : Recognition.Refused;

    protected override ValueTask<Answer?> IdentifyAsync(Exchange exchange)
    {
        var headers = exchange.Request.Headers;
        var (proxy, own) = (First(headers["Proxy-Authorization"]), First(headers.Authorization));
        if (proxy is null && own is null) return new(missing);
        if (!IsNow(First(headers["X-Date"])) && !IsNow(First(headers.Date))) return new(badDate);

        var shown = SignatureParameters.Read(proxy);
        if (config.HideCredentials) headers.Remove(shown is null ? "Authorization" : "Proxy-Authorization");
        shown ??= SignatureParameters.Read(own);
        if (shown is null || !Enforced(shown.Parts) || !config.Algorithms.Contains(shown.Algorithm, StringComparer.Ordinal)) return new(notVerifiable);
        if (secrets.Find(shown.Username) is not { } secret) return new(notVerifiable);
        if (!IsSignedBy(exchange, shown, secret)) return new(notMatching);
        return config.ValidateRequestBody ? CheckBodyAsync(exchange, secret) : new(Accept(exchange, secret));
    }

    private async ValueTask<Answer?> CheckBodyAsync(Exchange exchange, IndexedSecret secret) =>
        await BodyDigest.IsGoodAsync(exchange) ? Accept(exchange, secret) : notMatching;

    private Answer? Accept(Exchange exchange, IndexedSecret secret)
    {
        Known(exchange, secret, secret.UsernameField);
        return null;
    }

    private bool IsNow(string? date) =>
        RequestDate.Parse(date) is { } told && Math.Abs(time.GetUtcNow().ToUnixTimeSeconds() - told.ToUnixTimeSeconds()) <= config.ClockSkew;

    private bool Enforced(string[] parts)
    {
        foreach (var part in config.EnforceHeaders)
            if (!parts.Contains(part, StringComparer.Ordinal))
                return false;
        return true;
    }

    /// <summary>Kong also takes a signature over the decoded path alone, as its first versions made it.</summary>
    private static bool IsSignedBy(Exchange exchange, SignatureParameters shown, IndexedSecret secret) =>
        Matches(shown, secret, SigningString.Of(exchange, shown.Parts, exchange.RawTarget))
        || (SigningString.HoldsTarget(shown.Parts)
            && Matches(shown, secret, SigningString.Of(exchange, shown.Parts, FieldText.Of(Uri.UnescapeDataString(exchange.Path)))));

    private static bool Matches(SignatureParameters shown, IndexedSecret secret, ReadOnlySpan<byte> text)
    {
        var hash = shown.Algorithm switch
        {
            "hmac-sha1" => HashAlgorithmName.SHA1,
            "hmac-sha384" => HashAlgorithmName.SHA384,
            "hmac-sha512" => HashAlgorithmName.SHA512,
            _ => HashAlgorithmName.SHA256,
        };
        Span<byte> expected = stackalloc byte[HMACSHA512.HashSizeInBytes];
        var length = CryptographicOperations.HmacData(hash, secret.Secret, text, expected);
        return CryptographicOperations.FixedTimeEquals(expected[..length], shown.Signature);
    }

    private static string? First(StringValues values) => values.Count == 0 ? null : values[0];
}

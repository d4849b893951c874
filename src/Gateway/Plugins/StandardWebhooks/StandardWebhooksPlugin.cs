using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.StandardWebhooks;

/// <summary>Verifies who sent a webhook call, and when.</summary>
internal sealed class StandardWebhooksPlugin(StandardWebhooksConfig config, TimeProvider time) : Plugin
{
    private const int MaxBody = 8 * 1024 * 1024;

    /// <summary>Up to here, hashing takes less time than going off the event loop and back.</summary>
    private const int Small = 32 * 1024;

    private readonly byte[] secret = Encoding.UTF8.GetBytes(config.SecretV1);

    public static PluginDescriptor Descriptor { get; } =
        new PluginDescriptor<StandardWebhooksPlugin, StandardWebhooksConfig>((c, s) => new StandardWebhooksPlugin(c, s.Time))
        {
            Name = "standard-webhooks",
            Summary = "Lets webhook calls pass that are signed as standardwebhooks.com describes.",
            ConsumerScope = false,
        };

    public override async ValueTask<Verdict> RewriteAsync(Exchange exchange)
    {
        var headers = exchange.Request.Headers;
        var refusal = StandardWebhooksErrors.Invalid.Answer;
        if (First(headers["Webhook-Id"]) is not { } id || First(headers["Webhook-Signature"]) is not { } signature) return refusal;
        if (First(headers["Webhook-Timestamp"]) is not { } written) return refusal;

        // What is no number counts as 1970, which is too long ago unless everything is allowed.
        const NumberStyles number = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite;
        var sent = double.TryParse(written, number, CultureInfo.InvariantCulture, out var seconds) && double.IsFinite(seconds) ? seconds : 0;
        if ((time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds - sent > config.ToleranceSecond) return refusal;
        if (await exchange.ReadRequestBodyAsync(MaxBody) is not { Length: > 0 } body) return refusal;

        var expected = body.Length <= Small ? Sign(id, sent, body) : await Task.Run(() => Sign(id, sent, body));
        if (body.Length > Small && exchange.Loop is { } loop) await loop.SwitchTo();
        return CryptographicOperations.FixedTimeEquals(expected, Encoding.Latin1.GetBytes(signature)) ? default(Verdict) : refusal;
    }

    private byte[] Sign(string id, double sent, byte[] body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        hash.AppendData(Encoding.Latin1.GetBytes($"{id}.{sent.ToString("G14", CultureInfo.InvariantCulture)}."));
        hash.AppendData(body);
        return Encoding.ASCII.GetBytes("v1," + Convert.ToBase64String(hash.GetHashAndReset()));
    }

    private static string? First(StringValues values) => values.Count == 0 ? null : values[0];
}

using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authentication;
using Sluice.Gateway.Replaying;

namespace Sluice.Gateway.Plugins.KeyAuth;

/// <summary>Finds the caller's key in the header, the query or the body, and with it the consumer.</summary>
internal sealed class KeyAuthPlugin : AuthenticationPlugin
{
    private const int MaxBody = 1024 * 1024;

    private readonly KeyAuthConfig config;
    private readonly KeyAuthIndex keys;
    private readonly TimeProvider time;
    private readonly string[] names;
    private readonly Answer noKey;
    private readonly Answer duplicateKey;
    private readonly Answer unknownKey;

    public KeyAuthPlugin(KeyAuthConfig config, PluginSetup setup)
        : base(setup, config.Anonymous, config.RunOnPreflight)
    {
        this.config = config;
        time = setup.Time;
        names = [.. config.KeyNames];
        keys = setup.Snapshot.Derived(s => new KeyAuthIndex(s.Document));
        var challenge = new KeyValuePair<string, StringValues>("WWW-Authenticate", config.Realm is null ? "Key" : $"Key realm=\"{config.Realm}\"");
        noKey = Answer.From(KeyAuthErrors.NoKey, challenge);
        duplicateKey = Answer.From(KeyAuthErrors.DuplicateKey, challenge);
        unknownKey = Answer.From(KeyAuthErrors.UnknownKey, challenge);
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<KeyAuthPlugin, KeyAuthConfig>((c, s) => new KeyAuthPlugin(c, s))
    {
        Name = "key-auth",
        Summary = "Callers show a key that belongs to a consumer.",
        Authenticates = true,
        ConsumerScope = false,
    };

    protected override ValueTask<Answer?> IdentifyAsync(Exchange exchange)
    {
        if (config.KeyInBody) return LookIntoBodyAsync(exchange);
        foreach (var name in names)
        {
            var shown = InHead(exchange, name);
            if (shown.Count == 1 && shown.First is { } key) return new(Check(exchange, name, key));
            if (shown.Count > 1) return new(duplicateKey);
        }

        return new(noKey);
    }

    internal override Recognition Recognize(Exchange recorded)
    {
        foreach (var name in names)
        {
            var shown = InHead(recorded, name);
            if (shown.Count > 1) return Recognition.Refused;
            if (shown is { Count: 1, First: { } key }) return keys.FindRecorded(key) is { } found && IsGood(found) ? Recognition.Of(found) : Recognition.Refused;
        }

        return config.KeyInBody && recorded.Request.ContentType is not null ? Recognition.Unclear : Recognition.Refused;
    }

    private async ValueTask<Answer?> LookIntoBodyAsync(Exchange exchange)
    {
        BodyArguments? body = null;
        foreach (var name in names)
        {
            var shown = InHead(exchange, name);
            if (shown.Count == 0)
            {
                body ??= BodyArguments.From(exchange.Request.ContentType, await exchange.ReadRequestBodyAsync(MaxBody));
                shown = body.Find(name);
            }

            if (shown.Count > 1) return duplicateKey;
            if (shown.Count == 0 || shown.First is not { } key) continue;
            if (config.HideCredentials)
            {
                body ??= BodyArguments.From(exchange.Request.ContentType, await exchange.ReadRequestBodyAsync(MaxBody));
                if (body.Remove(name) is { } rest) exchange.ReplaceRequestBody(rest);
            }

            return Check(exchange, name, key);
        }

        return noKey;
    }

    private bool IsGood(IndexedKey key) => key.Ends == long.MaxValue || key.Ends > time.GetUtcNow().ToUnixTimeSeconds();

    private ArgumentValues InHead(Exchange exchange, string name)
    {
        if (config.KeyInHeader && KongHeaders.Find(exchange.Request.Headers, name) is { Count: > 0 } values)
            return new ArgumentValues { Count = values.Count, First = FieldText.Read(values[0] ?? "") };
        return config.KeyInQuery && exchange.Query.Length > 1 ? QueryArguments.Find(exchange.Query, name) : default;
    }

    private Answer? Check(Exchange exchange, string name, string key)
    {
        if (config.HideCredentials)
        {
            KongHeaders.Remove(exchange.Request.Headers, name);
            exchange.Upstream.Query = QueryArguments.Remove(exchange.Upstream.Query, name);
        }

        if (key.Length == 0) return noKey;
        if (keys.Find(key) is not { } found || !IsGood(found)) return unknownKey;
        Known(exchange, found, found.IdText);
        return null;
    }
}

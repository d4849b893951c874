using System.Collections.Concurrent;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.JwtSigner;

/// <summary>The keys that tokens are signed with: those of the configuration, or made-up ones that outlive it.</summary>
internal sealed class OwnKeys
{
    private readonly Dictionary<string, TokenSigner[]> configured = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, MadeUpKey> madeUp;
    private readonly TimeSpan rotation;
    private readonly TimeProvider time;

    /// <param name="config">The configuration.</param>
    /// <param name="algorithms">Those that are signed with.</param>
    /// <param name="setup">The plugin's.</param>
    public OwnKeys(JwtSignerConfig config, IEnumerable<string> algorithms, PluginSetup setup)
    {
        rotation = TimeSpan.FromSeconds(config.KeyRotationPeriod);
        time = setup.Time;
        madeUp = setup.Shared.Get(nameof(OwnKeys), setup.Snapshot.Lease, static () => new ConcurrentDictionary<string, MadeUpKey>(StringComparer.Ordinal));
        foreach (var algorithm in algorithms.Distinct(StringComparer.Ordinal))
            configured[algorithm] = [.. config.SigningKeys.Select(k => TokenSigner.TryRead(k, algorithm)).OfType<TokenSigner>()];
    }

    /// <summary>The key that signs now. May have to make one: not for an event loop.</summary>
    public TokenSigner Current(string algorithm) => configured[algorithm] is [var first, ..] ? first : MadeUp(algorithm).Current(time.GetUtcNow(), rotation);

    /// <summary>The key, where that is known without making one.</summary>
    public TokenSigner? Known(string algorithm) =>
        configured[algorithm] is [var first, ..] ? first : madeUp.TryGetValue(algorithm, out var made) ? made.Known(time.GetUtcNow(), rotation) : null;

    /// <summary>The public halves of all (RFC 7517). May have to make some.</summary>
    public string Published()
    {
        var keys = configured.SelectMany(c => c.Value.Length > 0 ? c.Value : MadeUp(c.Key).All(time.GetUtcNow(), rotation));
        return $$"""{"keys":[{{string.Join(',', keys.Select(k => k.PublicKey).Distinct(StringComparer.Ordinal))}}]}""";
    }

    private MadeUpKey MadeUp(string algorithm) => madeUp.GetOrAdd(algorithm, static a => new MadeUpKey(a));

    private sealed class MadeUpKey(string algorithm)
    {
        private readonly Lock gate = new();
        private volatile TokenSigner? current;
        private TokenSigner? previous;
        private DateTimeOffset made;

        public TokenSigner Current(DateTimeOffset now, TimeSpan rotation)
        {
            lock (gate)
            {
                if (Known(now, rotation) is { } known) return known;
                previous = current;
                made = now;
                return current = TokenSigner.Create(algorithm);
            }
        }

        public TokenSigner? Known(DateTimeOffset now, TimeSpan rotation)
        {
            lock (gate) return current is { } key && (rotation == TimeSpan.Zero || now - made < rotation) ? key : null;
        }

        public TokenSigner[] All(DateTimeOffset now, TimeSpan rotation)
        {
            var first = Current(now, rotation);
            lock (gate) return previous is { } last ? [first, last] : [first];
        }
    }
}

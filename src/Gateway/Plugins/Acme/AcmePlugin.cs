using System.Text;
using System.Text.Json;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Redis;

namespace Sluice.Gateway.Plugins.Acme;

/// <summary>Answers the authority's challenges and gives the listeners the certificates that were issued.</summary>
internal sealed class AcmePlugin : Plugin
{
    private const string ChallengePath = "/.well-known/acme-challenge/";

    private readonly AcmeCertificates certificates;

    public AcmePlugin(AcmeConfig config, PluginSetup setup)
    {
        var (shared, lease, time, settings) = (setup.Shared, setup.Snapshot.Lease, setup.Time, setup.Snapshot.Settings);
        var redis = config.Storage is "redis" ? SharedRedis.For(config.StorageConfig.Redis!, shared, lease, time, setup.Log) : null;
        certificates = shared.Get((JsonSerializer.Serialize(config), settings.TrustedCertificates, settings.TlsProtocols), lease, () =>
        {
            AcmeStore store = redis is not null ? new RedisAcmeStore(redis.Client)
                : config.Storage is "kong" && settings.AcmeStore is { } database ? database
                : config.Storage is "file" ? new FileAcmeStore(config.StorageConfig.File!.Path!, time)
                : new MemoryAcmeStore(time);
            return new AcmeCertificates(config, store, settings, time, setup.Log);
        });
        setup.Snapshot.Certificates?.Issuer = certificates;
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<AcmePlugin, AcmeConfig>((c, s) => new AcmePlugin(c, s))
    {
        Name = "acme",
        Summary = "Gets certificates from an authority such as Let's Encrypt and renews them.",
        ConsumerScope = false,
    };

    public override ValueTask<Verdict> AcceptAsync(Exchange exchange) =>
        exchange.Path.StartsWith(ChallengePath, StringComparison.Ordinal) && exchange.Path.Length > ChallengePath.Length && certificates.Allows(exchange.Request.Host.Host)
            ? ProveAsync(exchange)
            : Verdict.Continue;

    private async ValueTask<Verdict> ProveAsync(Exchange exchange)
    {
        var proof = await certificates.ProofAsync(exchange.Path[ChallengePath.Length..]).ConfigureAwait(false);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        return proof is null ? AcmeErrors.UnknownToken.Answer : new Answer { Status = 200, ContentType = "text/plain; charset=UTF-8", Body = Encoding.ASCII.GetBytes(proof) };
    }
}

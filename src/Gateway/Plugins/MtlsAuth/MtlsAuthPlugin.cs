using System.Security.Cryptography.X509Certificates;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authentication;
using Sluice.Gateway.Plugins.Jose;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Plugins.MtlsAuth;

/// <summary>Verifies the certificate of the client's TLS connection and finds the consumer that it names.</summary>
internal sealed class MtlsAuthPlugin : AuthenticationPlugin
{
    private readonly MtlsAuthConfig config;
    private readonly GatewaySnapshot snapshot;
    private readonly ClientCertificates certificates;

    public MtlsAuthPlugin(MtlsAuthConfig config, PluginSetup setup)
        : base(setup, config.Anonymous, runOnPreflight: true)
    {
        this.config = config;
        snapshot = setup.Snapshot;
        var authorities = setup.Snapshot.Document.CaCertificates.Where(c => config.CaCertificates.Contains(c.Id)).ToList();
        if (config.CaCertificates.FirstOrDefault(id => authorities.All(a => a.Id != id)) is var missing && missing != Guid.Empty)
            throw new SnapshotException($"{setup.Middleware.Place}: plugin mtls-auth: there is no CA certificate {missing}");
        certificates = new ClientCertificates([.. authorities.Select(a => X509Certificate2.CreateFromPem(a.Cert))], setup.Time);
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<MtlsAuthPlugin, MtlsAuthConfig>((c, s) => new MtlsAuthPlugin(c, s))
    {
        Name = "mtls-auth",
        Summary = "Callers show a TLS certificate of an authority that is trusted here.",
        Authenticates = true,
        ConsumerScope = false,
    };

    protected override ValueTask<Answer?> IdentifyAsync(Exchange exchange)
    {
        if (exchange.Http.Connection.ClientCertificate is not { } certificate) return new(MtlsAuthErrors.NoCertificate.Answer);
        var hash = TokenHash.Of(Convert.ToHexString(certificate.RawDataMemory.Span));
        return certificates.Find(hash) is { } known ? new(Accept(exchange, known)) : VerifyAsync(exchange, hash, certificate);
    }

    private async ValueTask<Answer?> VerifyAsync(Exchange exchange, TokenHash hash, X509Certificate2 certificate)
    {
        var found = await Task.Run(() => certificates.Verify(hash, certificate));
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        return found is null ? MtlsAuthErrors.NotTrusted.Answer : Accept(exchange, found);
    }

    private Answer? Accept(Exchange exchange, VerifiedCertificate certificate)
    {
        var name = FieldText.OfForeign(certificate.Names.FirstOrDefault() ?? certificate.Thumbprint) ?? certificate.Thumbprint;
        var credential = TokenCredential.Of("mtls-auth", certificate.Thumbprint);
        if (config.SkipConsumerLookup)
        {
            KnownWithoutConsumer(exchange, credential, name);
            return null;
        }

        if (ConsumerOf(certificate) is not { } consumer) return MtlsAuthErrors.NoConsumer.Answer;
        Known(exchange, consumer, credential, name);
        return null;
    }

    private ConsumerModel? ConsumerOf(VerifiedCertificate certificate)
    {
        foreach (var name in certificate.Names)
        {
            if (config.ConsumerMapping?.GetValueOrDefault(name) is { } mapped && snapshot.FindConsumer(mapped) is { } named) return named;
            if (ConsumerLookup.Find(snapshot, name, config.ConsumerBy) is { } found) return found;
        }

        return config.DefaultConsumer is { } other ? snapshot.FindConsumer(other) : null;
    }
}

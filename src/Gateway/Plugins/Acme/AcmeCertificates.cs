using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Listeners;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Plugins.Acme;

/// <summary>
/// The certificates of one acme middleware: loaded from the store, issued when somebody asks for a name that has none, renewed before they
/// end. Whoever shakes hands meanwhile gets what there is. Survives reloads.
/// </summary>
internal sealed partial class AcmeCertificates : CertificateIssuer, IMetricsSource, IDisposable
{
    private const int MostNames = 10_000;
    private const string IdPeAcmeIdentifier = "1.3.6.1.5.5.7.1.31";

    /// <summary>One node issues; should it die, another may go on after this.</summary>
    private static readonly TimeSpan LockTime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ChallengeTime = TimeSpan.FromHours(1);
    private static readonly TimeSpan CheckInterval = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, Name> names = new(StringComparer.OrdinalIgnoreCase);
    private readonly CancellationTokenSource stopping = new();
    private readonly SemaphoreSlim issuing = new(1);
    private readonly AcmeConfig config;
    private readonly AcmeStore store;
    private readonly GatewaySettings settings;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly ITimer timer;
    private long issued;
    private long failed;

    public AcmeCertificates(AcmeConfig config, AcmeStore store, GatewaySettings settings, TimeProvider time, ILogger log)
    {
        this.config = config;
        this.store = store;
        this.settings = settings;
        this.time = time;
        this.log = log;
        timer = time.CreateTimer(static self => ((AcmeCertificates)self!).Check(), this, CheckInterval, CheckInterval);
    }

    /// <inheritdoc/>
    public override HandshakeOptions? Find(string serverName)
    {
        if (names.TryGetValue(serverName, out var known))
        {
            if (known.Certificate is null) Wish(serverName, known);
            return known.Certificate;
        }

        if (Allows(serverName) && names.Count < MostNames) Wish(serverName, names.GetOrAdd(serverName, static _ => new Name()));
        return null;
    }

    /// <inheritdoc/>
    public override async ValueTask<HandshakeOptions?> FindChallengeAsync(string serverName)
    {
        if (!Allows(serverName)) return null;
        try
        {
            return await store.GetAsync("alpn/" + serverName).ConfigureAwait(false) is { } proof ? MakeChallenge(serverName, proof) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>What proves to the authority that a name is ours; null when the token is not one of ours.</summary>
    public async ValueTask<string?> ProofAsync(string token)
    {
        try
        {
            return await store.GetAsync("http/" + token).ConfigureAwait(false);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Whether certificates may be asked for <paramref name="host"/>.</summary>
    public bool Allows(string host)
    {
        // Nothing but a name that a certificate can be for.
        if (Uri.CheckHostName(host) != UriHostNameType.Dns) return false;
        if (config.AllowAnyDomain) return true;
        foreach (var domain in config.Domains ?? [])
            if (domain.StartsWith('*') ? host.EndsWith(domain[1..], StringComparison.OrdinalIgnoreCase) : host.Equals(domain, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }

    public void WriteTo(PrometheusText text, GatewayRuntime runtime)
    {
        text.Family("gateway_acme_issued_total", "counter", "Certificates issued or renewed by ACME.").Part("gateway_acme_issued_total", Interlocked.Read(ref issued));
        text.Family("gateway_acme_failures_total", "counter", "Certificates that could not be had by ACME.").Part("gateway_acme_failures_total", Interlocked.Read(ref failed));
        text.Family("gateway_acme_expiry_timestamp_seconds", "gauge", "When a certificate from ACME ends, Unix time; 0 while there is none.");
        foreach (var host in names.Keys.Union(config.Domains?.Where(d => !d.Contains('*')) ?? [], StringComparer.OrdinalIgnoreCase))
            text.Sample("gateway_acme_expiry_timestamp_seconds", names.TryGetValue(host, out var name) && name.Certificate is not null ? name.Ends.ToUnixTimeSeconds() : 0, ("name", host));
    }

    public void Dispose()
    {
        stopping.Cancel();
        timer.Dispose();
    }

    private void Check()
    {
        foreach (var (host, name) in names)
            if (name.Certificate is null || IsDue(name.Ends)) Wish(host, name);
    }

    private bool IsDue(DateTimeOffset ends) => ends - time.GetUtcNow() < TimeSpan.FromDays(config.RenewThresholdDays);

    /// <summary>Has the name loaded or issued in the background, unless that is under way or has failed lately.</summary>
    private void Wish(string host, Name name)
    {
        if (time.GetUtcNow() < name.NotBefore || Interlocked.Exchange(ref name.Busy, 1) == 1) return;
        _ = Task.Run(() => LoadOrIssueAsync(host.ToLowerInvariant(), name));
    }

    private async Task LoadOrIssueAsync(string host, Name name)
    {
        try
        {
            if (await LoadAsync(host, name).ConfigureAwait(false) && !IsDue(name.Ends)) return;
            await issuing.WaitAsync(stopping.Token).ConfigureAwait(false);
            try
            {
                // The lock is not held while this node is busy with other names: it would end before its turn has come.
                if (!await IssueAloneAsync(host, name).ConfigureAwait(false)) return;
            }
            finally
            {
                issuing.Release();
            }

            Interlocked.Increment(ref issued);
            await LoadAsync(host, name).ConfigureAwait(false);
            LogIssued(log, host, name.Ends);
        }
        catch (Exception e)
        {
            if (stopping.IsCancellationRequested) return;
            name.NotBefore = time.GetUtcNow() + TimeSpan.FromMinutes(config.FailBackoffMinutes);
            Interlocked.Increment(ref failed);
            LogFailed(log, host, e is OperationCanceledException ? "no answer in time" : e.Message);
        }
        finally
        {
            Volatile.Write(ref name.Busy, 0);
        }
    }

    /// <returns>False when another node is at it, or has done it just now.</returns>
    private async Task<bool> IssueAloneAsync(string host, Name name)
    {
        var held = "lock/" + host;
        if (!await store.TryLockAsync(held, LockTime).ConfigureAwait(false))
        {
            // Look again soon whether the other has done it.
            name.NotBefore = time.GetUtcNow() + TimeSpan.FromSeconds(1);
            return false;
        }

        try
        {
            // Another node may have finished between the look and the lock.
            if (await LoadAsync(host, name).ConfigureAwait(false) && !IsDue(name.Ends)) return false;
            await IssueAsync(host).ConfigureAwait(false);
            return true;
        }
        finally
        {
            await store.DeleteAsync(held).ConfigureAwait(false);
        }
    }

    private async Task<bool> LoadAsync(string host, Name name)
    {
        if (await store.GetAsync("certificate/" + host).ConfigureAwait(false) is not { } json) return false;
        var kept = JsonSerializer.Deserialize<KeptCertificate>(json)!;
        if (kept.Cert == name.Pem) return true;
        var certificate = HandshakeOptions.Load(new CertificateConfig { Cert = kept.Cert, Key = kept.Key }, settings.TlsProtocols);
        using var leaf = X509Certificate2.CreateFromPem(kept.Cert);
        name.Ends = new DateTimeOffset(leaf.NotAfter.ToUniversalTime());
        name.Pem = kept.Cert;
        name.Certificate = certificate;
        return true;
    }

    private async Task IssueAsync(string host)
    {
        using var client = new AcmeClient(new Uri(config.ApiUri), settings.TrustedCertificates, time);
        var accountPlace = $"account/{config.ApiUri}/{config.AccountEmail}";
        using var account = new AcmeAccountKey(await store.GetAsync(accountPlace).ConfigureAwait(false));
        await store.SetAsync(accountPlace, account.Pem).ConfigureAwait(false);
        await client.OpenAccountAsync(account, config, stopping.Token).ConfigureAwait(false);

        using AsymmetricAlgorithm key = config.CertType is "ecc" ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : RSA.Create(config.RsaKeySize);
        var proof = "";
        try
        {
            var chain = await client.IssueAsync(
                host,
                config.Challenge,
                async (token, authorization) =>
                {
                    proof = config.Challenge is "http-01" ? "http/" + token : "alpn/" + host;
                    await store.SetAsync(proof, authorization, ChallengeTime).ConfigureAwait(false);
                },
                RequestFor(host, key),
                stopping.Token).ConfigureAwait(false);
            await store.SetAsync("certificate/" + host, JsonSerializer.Serialize(new KeptCertificate(chain, key.ExportPkcs8PrivateKeyPem()))).ConfigureAwait(false);
        }
        finally
        {
            if (proof.Length > 0) await store.DeleteAsync(proof).ConfigureAwait(false);
        }
    }

    private static byte[] RequestFor(string host, AsymmetricAlgorithm key)
    {
        var subject = new X500DistinguishedName(host.Length <= 64 ? "CN=" + host : "");
        var request = key is ECDsa ecdsa
            ? new CertificateRequest(subject, ecdsa, HashAlgorithmName.SHA256)
            : new CertificateRequest(subject, (RSA)key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var alternatives = new SubjectAlternativeNameBuilder();
        alternatives.AddDnsName(host);
        request.CertificateExtensions.Add(alternatives.Build());
        return request.CreateSigningRequest();
    }

    /// <summary>A certificate that only carries the proof (RFC 8737, section 3).</summary>
    private HandshakeOptions MakeChallenge(string host, string proof)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName("CN=" + (host.Length <= 64 ? host : "acme")), key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        alternatives.AddDnsName(host);
        request.CertificateExtensions.Add(alternatives.Build());
        byte[] octets = [4, 32, .. SHA256.HashData(Encoding.ASCII.GetBytes(proof))];
        request.CertificateExtensions.Add(new X509Extension(new Oid(IdPeAcmeIdentifier), octets, critical: true));
        var now = time.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        return HandshakeOptions.Load(new CertificateConfig { Cert = certificate.ExportCertificatePem(), Key = key.ExportPkcs8PrivateKeyPem() }, settings.TlsProtocols);
    }

    [LoggerMessage(1, LogLevel.Information, "the certificate for {Host} has been issued; it ends on {Ends:u}")]
    private static partial void LogIssued(ILogger log, string host, DateTimeOffset ends);

    [LoggerMessage(2, LogLevel.Error, "no certificate could be had for {Host}: {Problem}")]
    private static partial void LogFailed(ILogger log, string host, string problem);

    private sealed record KeptCertificate(string Cert, string Key);

    private sealed class Name
    {
        public int Busy;

        public volatile HandshakeOptions? Certificate;

        public string? Pem { get; set; }

        public DateTimeOffset Ends { get; set; }

        /// <summary>It is not tried again before.</summary>
        public DateTimeOffset NotBefore { get; set; }
    }
}

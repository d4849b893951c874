using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Sluice.Gateway.Upstreams.Balancing;

namespace Sluice.Gateway.Upstreams.Health;

/// <summary>What a probe found.</summary>
/// <param name="Signal">Null when the answer counts neither way.</param>
/// <param name="Status">The answer's HTTP status; 0 when there was none.</param>
internal readonly record struct ProbeResult(HealthSignal? Signal, int Status = 0);

/// <summary>Certificates that probes over TLS need.</summary>
/// <param name="Client">Shown to the endpoint; null for none.</param>
/// <param name="Trusted">What the endpoint's certificate is verified against; the system's own when null.</param>
internal sealed record ProbeCertificates(X509Certificate2? Client, X509Certificate2Collection? Trusted);

/// <summary>Asks an endpoint once whether it is there. The kinds differ in what they say once connected.</summary>
internal abstract class Probe(ProbeSettings settings, ProbeCertificates certificates) : IDisposable
{
    protected ProbeSettings Settings { get; } = settings;

    public static Probe Create(ProbeSettings settings, ProbeCertificates certificates) => settings.Type switch
    {
        ProbeType.Tcp => new TcpProbe(settings, certificates),
        ProbeType.Http or ProbeType.Https => new HttpProbe(settings, certificates),
        _ => new GrpcProbe(settings, certificates),
    };

    /// <summary>One check. Failures are returned; what takes longer than the settings allow is a timeout.</summary>
    public async Task<ProbeResult> RunAsync(LiveEndpoint endpoint, TimeProvider time)
    {
        using var timeout = new CancellationTokenSource(Settings.Timeout, time);
        try
        {
            return await AskAsync(endpoint, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return new ProbeResult(HealthSignal.Timeout);
        }
        catch (Exception failure) when (failure is SocketException or IOException or AuthenticationException or HttpRequestException)
        {
            return new ProbeResult(timeout.IsCancellationRequested ? HealthSignal.Timeout : HealthSignal.TcpFailure);
        }
        catch (ObjectDisposedException)
        {
            // The last snapshot with these checks was retired meanwhile.
            return default;
        }
    }

    public virtual void Dispose()
    {
    }

    protected abstract Task<ProbeResult> AskAsync(LiveEndpoint endpoint, CancellationToken cancellation);

    protected static async Task<Socket> ConnectAsync(LiveEndpoint endpoint, CancellationToken cancellation)
    {
        var socket = new Socket(endpoint.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint.Address, cancellation).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    protected SslClientAuthenticationOptions TlsOptions(LiveEndpoint? endpoint)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = Settings.Sni ?? endpoint?.Host };
        if (certificates.Client is { } client) options.ClientCertificates = [client];
        if (!Settings.VerifyCertificate)
        {
            // The operator asked for it: https_verify_certificate is false.
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        }
        else if (certificates.Trusted is { } trusted)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(trusted);
        }

        return options;
    }

    protected ProbeResult ForStatus(int status) =>
        Settings.Limits.HealthyStatuses.Contains(status) ? new ProbeResult(HealthSignal.Success, status)
        : Settings.Limits.UnhealthyStatuses.Contains(status) ? new ProbeResult(HealthSignal.HttpFailure, status)
        : new ProbeResult(null, status);
}

/// <summary>Connects, and that is all.</summary>
internal sealed class TcpProbe(ProbeSettings settings, ProbeCertificates certificates) : Probe(settings, certificates)
{
    protected override async Task<ProbeResult> AskAsync(LiveEndpoint endpoint, CancellationToken cancellation)
    {
        using var socket = await ConnectAsync(endpoint, cancellation).ConfigureAwait(false);
        return new ProbeResult(HealthSignal.Success);
    }
}

using System.Net.Sockets;
using System.Security.Authentication;
using Sluice.Gateway.Upstreams.Balancing;

namespace Sluice.Gateway.Upstreams.Health;

/// <summary>What a probe found.</summary>
/// <param name="Signal">Null when the answer counts neither way.</param>
/// <param name="Status">The answer's HTTP status; 0 when there was none.</param>
internal readonly record struct ProbeResult(HealthSignal? Signal, int Status = 0);

/// <summary>Asks an endpoint once whether it is there. The kinds differ in what they say once connected.</summary>
internal abstract class Probe(ProbeSettings settings, UpstreamTls tls) : IDisposable
{
    protected ProbeSettings Settings { get; } = settings;

    protected UpstreamTls Tls { get; } = tls;

    /// <param name="tls">Whether and how endpoints are verified, and what is shown to them.</param>
    public static Probe Create(ProbeSettings settings, UpstreamTls tls) => settings.Type switch
    {
        ProbeType.Tcp => new TcpProbe(settings, tls),
        ProbeType.Http or ProbeType.Https => new HttpProbe(settings, tls),
        _ => new GrpcProbe(settings, tls),
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

    protected ProbeResult ForStatus(int status) =>
        Settings.Limits.HealthyStatuses.Contains(status) ? new ProbeResult(HealthSignal.Success, status)
        : Settings.Limits.UnhealthyStatuses.Contains(status) ? new ProbeResult(HealthSignal.HttpFailure, status)
        : new ProbeResult(null, status);
}

/// <summary>Connects, and that is all.</summary>
internal sealed class TcpProbe(ProbeSettings settings, UpstreamTls tls) : Probe(settings, tls)
{
    protected override async Task<ProbeResult> AskAsync(LiveEndpoint endpoint, CancellationToken cancellation)
    {
        using var socket = await ConnectAsync(endpoint, cancellation).ConfigureAwait(false);
        return new ProbeResult(HealthSignal.Success);
    }
}

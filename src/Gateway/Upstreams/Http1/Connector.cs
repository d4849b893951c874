using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>Opens connections to endpoints: TCP, and TLS where the service speaks it.</summary>
internal sealed class Connector(Transport.Transport transport, TimeSpan timeout, UpstreamTls? tls)
{
    /// <summary>What a connection for this request is kept under: with TLS, the server name is part of it.</summary>
    public ConnectionKey KeyFor(Endpoint endpoint, string host) => new(endpoint.Key, tls is null ? null : UpstreamTls.ServerName(host));

    /// <param name="endpoint">Where to.</param>
    /// <param name="key">What the connection is kept under.</param>
    /// <param name="deadline">By when it must stand, if that is before the service's own timeout; see <see cref="TryLimits"/>.</param>
    [AsyncMethodBuilder(typeof(ForwardingMethodBuilder<>))]
    public async ValueTask<OpenResult> OpenAsync(Endpoint endpoint, ConnectionKey key, long deadline)
    {
        UpstreamSocket? socket = null;
        try
        {
            socket = await transport.ConnectAsync(endpoint.Address, TryLimits.Within(deadline, timeout));
            if (tls is null) return new() { Connection = new Http1Connection(socket, key) };
            return new() { Connection = await HandshakeAsync(socket, key, tls, TryLimits.Within(deadline, timeout)) };
        }
        catch (UpstreamSocketException e)
        {
            socket?.Dispose();
            return e.Failure == SocketFailure.TimedOut
                ? OpenResult.Failed(TryOutcome.TimedOut, UpstreamErrors.ConnectTimeout)
                : OpenResult.Failed(TryOutcome.ConnectFailed, UpstreamErrors.ConnectFailed);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or InvalidOperationException)
        {
            socket?.Dispose();
            return OpenResult.Failed(TryOutcome.ConnectFailed, UpstreamErrors.TlsFailed);
        }
    }

    /// <summary>
    /// The limit is for the whole handshake: a peer that drips its bytes does not prolong it. Private keys and chains of certificates take
    /// milliseconds, which the loop has not: only the bytes are moved there.
    /// </summary>
    private async ValueTask<Http1Connection> HandshakeAsync(UpstreamSocket socket, ConnectionKey key, UpstreamTls settings, TimeSpan patience)
    {
        var stream = new SocketStream(socket) { IsUsedOffLoop = socket.Loop is not null };
        var secure = new SslStream(stream, leaveInnerStreamOpen: false);
        using var limit = new CancellationTokenSource(patience);
        await using var closing = limit.Token.UnsafeRegister(static socket => ((UpstreamSocket)socket!).Dispose(), socket);
        try
        {
            if (stream.IsUsedOffLoop) await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            await secure.AuthenticateAsClientAsync(settings.OptionsFor(key.ServerName!), limit.Token);
            await new LoopReturn(socket.Loop);
            stream.IsUsedOffLoop = false;
            return new Http1Connection(socket, key, secure, stream);
        }
        catch (Exception e)
        {
            await secure.DisposeAsync();
            await new LoopReturn(socket.Loop);
            if (!limit.IsCancellationRequested) throw;
            throw new UpstreamSocketException(SocketFailure.TimedOut, "The TLS handshake took too long.", e);
        }
    }
}

/// <summary>A connection, or why there is none. Nothing of the request has been sent then, so that any method may be tried elsewhere.</summary>
internal readonly struct OpenResult
{
    public Http1Connection? Connection { get; init; }

    public GatewayError? Failure => Result.Failure;

    public TryResult Result { get; init; }

    public static OpenResult Failed(TryOutcome outcome, GatewayError error) =>
        new() { Result = new() { Outcome = outcome, Failure = error, SafeForAnyMethod = true } };
}

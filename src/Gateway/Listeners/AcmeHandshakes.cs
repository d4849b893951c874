using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Listeners;

/// <summary>
/// Tells handshakes in which an authority looks for its proof (TLS-ALPN-01) from all others: they offer only the protocol <c>acme-tls/1</c>, which
/// the framework's callback does not get to see. Looks into the first bytes of connections only while certificates are issued at all.
/// </summary>
internal sealed class AcmeHandshakes(ConnectionDelegate next, GatewayRuntime runtime)
{
    /// <summary>In the items of a connection that is such a handshake.</summary>
    public static readonly object Mark = new();

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>A handshake of an authority is small: what is longer is somebody else's.</summary>
    private const int MaxHello = 4096;

    private static ReadOnlySpan<byte> Protocol => "\0\u000b\nacme-tls/1"u8;

    public async Task OnConnectionAsync(ConnectionContext connection)
    {
        if (runtime.Current.Certificates.Issuer is not null && await IsChallengeAsync(connection)) connection.Items[Mark] = Mark;
        await next(connection);
    }

    private async ValueTask<bool> IsChallengeAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        using var timeout = new CancellationTokenSource(Patience, runtime.Time);
        try
        {
            while (true)
            {
                var result = await input.ReadAsync(timeout.Token);
                var (whole, found) = Look(result.Buffer);

                // Nothing is consumed: the handshake reads it again.
                input.AdvanceTo(result.Buffer.Start, whole || result.IsCompleted ? result.Buffer.Start : result.Buffer.End);
                if (whole || result.IsCompleted) return found;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            return false;
        }
    }

    /// <summary>Whether the first record is there whole, and whether its list of protocols is exactly that one.</summary>
    private static (bool Whole, bool Found) Look(ReadOnlySequence<byte> buffer)
    {
        if (buffer.Length < 5) return (false, false);
        Span<byte> head = stackalloc byte[5];
        buffer.Slice(0, 5).CopyTo(head);
        var length = (head[3] << 8) | head[4];
        if (head[0] != 22 || length > MaxHello) return (true, false);
        if (buffer.Length < 5 + length) return (false, false);

        // The list's length, its only name's length and the name: nothing else in a hello looks so.
        return (true, buffer.Slice(5, length).ToArray().AsSpan().IndexOf(Protocol) >= 0);
    }
}

using System.Formats.Asn1;
using System.Net.Security;
using System.Net.Sockets;

namespace Sluice.Gateway.Plugins.LdapAuth;

/// <summary>A connection to a directory's server, for one question at a time.</summary>
internal sealed class LdapConnection : IAsyncDisposable
{
    private readonly byte[] buffer = new byte[LdapMessage.MaxSize + 6];
    private Stream stream;
    private int lastId;

    private LdapConnection(Stream stream) => this.stream = stream;

    /// <summary>When it was last used, as a timestamp of the pool's clock.</summary>
    public long LastUsed { get; set; }

    /// <exception cref="IOException">The server cannot be reached, breaks off or does not want to speak TLS.</exception>
    /// <exception cref="SocketException">The server cannot be reached.</exception>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The server's certificate is not trusted.</exception>
    /// <exception cref="AsnContentException">The server does not speak LDAP.</exception>
    /// <exception cref="OperationCanceledException">It took too long.</exception>
    public static async Task<LdapConnection> OpenAsync(LdapServerAddress address, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        LdapConnection? connection = null;
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, cancellation);
            connection = new LdapConnection(new NetworkStream(socket, ownsSocket: true));
            if (address.Security == LdapSecurity.StartTls) await connection.AskForTlsAsync(cancellation);
            if (address.Security != LdapSecurity.None) await connection.SecureAsync(address, cancellation);
            return connection;
        }
        catch
        {
            if (connection is not null) await connection.DisposeAsync();
            else socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether <paramref name="password"/> is the one of <paramref name="name"/>. Throws as <see cref="OpenAsync"/>; the connection is then of no more use.</summary>
    public async Task<LdapResult> BindAsync(string name, byte[] password, CancellationToken cancellation)
    {
        var id = NextId();
        await stream.WriteAsync(LdapMessage.Bind(id, name, password), cancellation);
        return LdapMessage.ReadBind(await ReceiveAsync(cancellation), id);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await stream.DisposeAsync();
        }
        catch (IOException)
        {
            // The server was quicker.
        }
    }

    private async Task AskForTlsAsync(CancellationToken cancellation)
    {
        var id = NextId();
        await stream.WriteAsync(LdapMessage.StartTls(id), cancellation);
        var result = LdapMessage.ReadStartTls(await ReceiveAsync(cancellation), id);
        if (result.Code != LdapResult.Success) throw new IOException($"The server does not want to speak TLS (code {result.Code}): {result.Diagnostic}");
    }

    private async Task SecureAsync(LdapServerAddress address, CancellationToken cancellation)
    {
        var secure = new SslStream(stream);
        stream = secure;
        await secure.AuthenticateAsClientAsync(address.Tls.OptionsFor(address.Host), cancellation);
    }

    /// <summary>One message, and nothing behind it: what nobody asked for could be anybody's, above all before TLS.</summary>
    private async Task<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellation)
    {
        var received = 0;
        while (true)
        {
            var count = await stream.ReadAsync(buffer.AsMemory(received), cancellation);
            if (count == 0) throw new IOException("The server closed the connection without an answer.");
            received += count;
            if (LdapMessage.LengthOf(buffer.AsSpan(0, received)) is not { } length || received < length) continue;
            return received == length ? buffer.AsMemory(0, length) : throw new AsnContentException("The server sent more than one answer.");
        }
    }

    private int NextId() => lastId = lastId == int.MaxValue ? 1 : lastId + 1;
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Sluice.Workflows.Connections.Kinds;

namespace Sluice.Workflows.Nodes.RabbitMq;

/// <summary>The RabbitMQ servers that nodes use: one connection to each for the whole engine, made anew when it breaks.</summary>
public sealed class OutgoingRabbit : IAsyncDisposable
{
    private const int MostServers = 256;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<RabbitConnection, Server> _servers = new();

    /// <summary>Addresses that are used even where only public ones may be.</summary>
    public Func<IPAddress, bool> Allowed { get; init; } = static _ => false;

    /// <summary>The messages that a later node of their run takes from their queue.</summary>
    internal HeldMessages Held { get; } = new();

    /// <summary>A new channel that confirms what is published on it.</summary>
    /// <exception cref="NodeException">The server does not answer, or takes no such user.</exception>
    internal async ValueTask<IChannel> OpenAsync(RabbitConnection fields, bool guarded, CancellationToken cancel)
    {
        if (_servers.Count > MostServers && !_servers.ContainsKey(fields)) throw new NodeException("too many different RabbitMQ servers are in use") { Retryable = false };
        var server = _servers.GetOrAdd(fields, static _ => new Server());
        await server.Gate.WaitAsync(cancel);
        try
        {
            if (server.Connection is not { IsOpen: true })
            {
                if (server.Connection is { } broken) await broken.DisposeAsync();
                server.Connection = null;
                server.Connection = await ConnectAsync(fields, guarded, cancel);
            }

            return await server.Connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancel);
        }
        catch (Exception e) when (IsOutage(e, cancel))
        {
            throw new NodeException($"the RabbitMQ server {fields.Hostname}:{fields.Port} does not answer: {e.Message}", e);
        }
        finally
        {
            server.Gate.Release();
        }
    }

    /// <summary>A connection of one's own; whoever gets it disposes of it.</summary>
    /// <exception cref="NodeException">The server does not answer, or takes no such user.</exception>
    internal async ValueTask<IConnection> ConnectAsync(RabbitConnection fields, bool guarded, CancellationToken cancel)
    {
        var factory = new ConnectionFactory
        {
            HostName = guarded ? await PublicAddress.OfAsync(fields.Hostname, Allowed, cancel) : fields.Hostname,
            Port = fields.Port,
            UserName = fields.Username,
            Password = fields.Password,
            VirtualHost = fields.Vhost,
            ClientProvidedName = "sluice",
            RequestedConnectionTimeout = Patience,
            ContinuationTimeout = Patience,
            HandshakeContinuationTimeout = Patience,
            // Whoever uses a connection begins again with what is in the store.
            AutomaticRecoveryEnabled = false,
        };
        if (fields.Ssl)
        {
            factory.Ssl = new SslOption(fields.Hostname, enabled: true);
            if (fields.DisableTlsVerification) factory.Ssl.AcceptablePolicyErrors = SslPolicyErrors.RemoteCertificateChainErrors | SslPolicyErrors.RemoteCertificateNameMismatch | SslPolicyErrors.RemoteCertificateNotAvailable;
        }

        try
        {
            return await factory.CreateConnectionAsync(cancel);
        }
        catch (BrokerUnreachableException e) when (e.InnerException is AuthenticationFailureException refused)
        {
            throw new NodeException($"the RabbitMQ server {fields.Hostname}:{fields.Port} refuses the user: {refused.Message}", e) { Retryable = false };
        }
        catch (Exception e) when (IsOutage(e, cancel))
        {
            throw new NodeException($"the RabbitMQ server {fields.Hostname}:{fields.Port} does not answer: {e.InnerException?.Message ?? e.Message}", e);
        }
    }

    /// <summary>Whether the server, or the way to it, was the trouble.</summary>
    /// <param name="cancel">What ends the waiting otherwise: the client's own time limits look the same.</param>
    internal static bool IsOutage(Exception e, CancellationToken cancel) => e is BrokerUnreachableException or AlreadyClosedException or OperationInterruptedException or IOException or TimeoutException or ObjectDisposedException
        || (e is OperationCanceledException && !cancel.IsCancellationRequested);

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers.Values)
            if (server.Connection is { } connection) await connection.DisposeAsync();
    }

    private sealed class Server
    {
        public SemaphoreSlim Gate { get; } = new(1);

        public IConnection? Connection { get; set; }
    }
}

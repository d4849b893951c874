using System.Collections.Concurrent;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Plugins.LdapAuth;

/// <summary>How connections are kept from being listened to.</summary>
internal enum LdapSecurity { None, Tls, StartTls }

/// <summary>Where a directory's server is and how it is spoken to.</summary>
internal sealed record LdapServerAddress(string Host, int Port, LdapSecurity Security, UpstreamTls Tls);

/// <summary>
/// A directory's server with its idle connections. Survives reloads. A bounded number of questions is asked at once, so that a flood of passwords
/// does not become one of connections.
/// </summary>
internal sealed class LdapServer(LdapServerAddress address, TimeSpan timeout, TimeSpan keepAlive, TimeProvider time) : IAsyncDisposable
{
    private const int MaxQuestions = 64;
    private const int MaxIdle = 16;

    private readonly SemaphoreSlim questions = new(MaxQuestions);
    private readonly ConcurrentStack<LdapConnection> idle = new();
    private volatile bool disposed;

    /// <summary>Whether <paramref name="password"/> is the one of <paramref name="name"/>. Throws as <see cref="LdapConnection.OpenAsync"/>.</summary>
    public async Task<LdapResult> BindAsync(string name, byte[] password)
    {
        using var patience = new CancellationTokenSource(timeout, time);
        await questions.WaitAsync(patience.Token);
        try
        {
            // The server may have hung up an idle connection just now; a new one then tells.
            if (TakeIdle() is { } kept)
                try
                {
                    return await AskAsync(kept, name, password, patience.Token);
                }
                catch (Exception e) when (e is IOException && !patience.IsCancellationRequested)
                {
                }

            return await AskAsync(await LdapConnection.OpenAsync(address, patience.Token), name, password, patience.Token);
        }
        finally
        {
            questions.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        disposed = true;
        while (idle.TryPop(out var connection)) await connection.DisposeAsync();
    }

    private async Task<LdapResult> AskAsync(LdapConnection connection, string name, byte[] password, CancellationToken cancellation)
    {
        var keep = false;
        try
        {
            var result = await connection.BindAsync(name, password, cancellation);
            keep = !result.IsServerTrouble && !disposed && keepAlive > TimeSpan.Zero && idle.Count < MaxIdle;
            return result;
        }
        finally
        {
            connection.LastUsed = time.GetTimestamp();
            if (keep) idle.Push(connection);
            else await connection.DisposeAsync();
        }
    }

    /// <summary>The connection that was used last, unless that is too long ago; the others are then older still, and go too.</summary>
    private LdapConnection? TakeIdle()
    {
        while (idle.TryPop(out var connection))
        {
            if (time.GetElapsedTime(connection.LastUsed) < keepAlive) return connection;
            _ = connection.DisposeAsync().AsTask();
        }

        return null;
    }
}

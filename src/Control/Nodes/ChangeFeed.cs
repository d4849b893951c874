using System.Data.Common;
using System.Globalization;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sluice.Foundation.Storage;

namespace Sluice.Control.Nodes;

/// <summary>
/// Tells a node, within a second, that the number of something shared has changed: the newest release, for example. PostgreSQL says so itself
/// (LISTEN/NOTIFY); where it does not, or while that connection is away, the number is asked for twice a second. An outage is sat out.
/// </summary>
public sealed partial class ChangeFeed
{
    /// <summary>How often the number is asked for where nobody tells.</summary>
    private static readonly TimeSpan Alone = TimeSpan.FromMilliseconds(500);

    /// <summary>How often it is asked for although somebody tells, should a message get lost.</summary>
    private static readonly TimeSpan Told = TimeSpan.FromSeconds(5);

    /// <summary>Without a message for so long, the connection is tried.</summary>
    private static readonly TimeSpan Probe = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(5);

    private readonly Database database;
    private readonly string channel;
    private readonly Func<CancellationToken, Task<long>> newest;
    private readonly Func<long, CancellationToken, Task> changed;
    private readonly ILogger log;
    private readonly SemaphoreSlim wake = new(0, 1);
    private volatile bool listening;
    private bool failing;

    /// <param name="channel">Lower-case letters and underscores, as in <see cref="TellAsync"/>.</param>
    /// <param name="newest">Reads the number.</param>
    /// <param name="changed">Is told every new number, but not each one in between; what it throws is logged, and it is told again.</param>
    public ChangeFeed(Database database, string channel, Func<CancellationToken, Task<long>> newest, Func<long, CancellationToken, Task> changed, ILogger log)
    {
        if (channel.Length == 0 || channel.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz_")) throw new ArgumentException("lower-case letters and underscores", nameof(channel));
        this.database = database;
        this.channel = channel;
        this.newest = newest;
        this.changed = changed;
        this.log = log;
    }

    /// <summary>Whether changes are told and not asked for.</summary>
    public bool IsListening => listening;

    /// <summary>Tells the other nodes, when <paramref name="transaction"/> is committed. Does nothing on an engine that has no way to.</summary>
    public static Task TellAsync(DatabaseKind kind, DbConnection connection, DbTransaction transaction, string channel, long number) => kind != DatabaseKind.Postgres
        ? Task.CompletedTask
        : connection.ExecuteAsync("SELECT pg_notify(@channel, @number)", new { channel, number = number.ToString(CultureInfo.InvariantCulture) }, transaction);

    /// <summary>Asks at once and not when it would be time again.</summary>
    public void Hurry()
    {
        try
        {
            wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is about to ask anyway.
        }
    }

    /// <summary>Follows the number until told to stop.</summary>
    /// <param name="known">The number that the caller has already.</param>
    public async Task FollowAsync(long known, CancellationToken stop)
    {
        var telling = database.Kind == DatabaseKind.Postgres ? ListenAsync(stop) : Task.CompletedTask;
        try
        {
            while (true)
            {
                known = await CheckAsync(known, stop);
                await wake.WaitAsync(listening ? Told : Alone, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await telling;
        }
    }

    private async Task<long> CheckAsync(long known, CancellationToken stop)
    {
        try
        {
            var number = await newest(stop);
            if (failing) LogBack(channel);
            failing = false;
            if (number == known) return known;
            await changed(number, stop);
            return number;
        }
        catch (DatabaseException e)
        {
            if (!failing) LogAway(channel, e.Message);
            failing = true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotTaken(e, channel);
        }
        return known;
    }

    private async Task ListenAsync(CancellationToken stop)
    {
        var backoff = TimeSpan.Zero;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (backoff > TimeSpan.Zero) await Task.Delay(backoff, stop);
                await using var connection = (NpgsqlConnection)await database.ConnectAsync(stop);
                connection.Notification += (_, _) => Hurry();
                await connection.ExecuteAsync($"LISTEN {channel}");
                backoff = TimeSpan.Zero;
                listening = true;
                // What was told while nobody listened.
                Hurry();
                while (true)
                    if (!await connection.WaitAsync(Probe, stop))
                        await connection.ExecuteAsync("SELECT 1");
            }
            catch (Exception e) when (e is DatabaseException or DbException or IOException or InvalidOperationException or TimeoutException)
            {
                // That the database is away is said by the one who asks.
                backoff = TimeSpan.FromTicks(Math.Clamp(backoff.Ticks * 2, TimeSpan.FromMilliseconds(100).Ticks, LongestBackoff.Ticks));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            finally
            {
                listening = false;
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Channel} cannot be followed: {Problem}")]
    private partial void LogAway(string channel, string problem);

    [LoggerMessage(2, LogLevel.Information, "{Channel} is followed again")]
    private partial void LogBack(string channel);

    [LoggerMessage(3, LogLevel.Error, "a change of {Channel} could not be taken; it is tried again")]
    private partial void LogNotTaken(Exception e, string channel);
}

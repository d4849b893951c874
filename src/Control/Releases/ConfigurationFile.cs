using Dapper;
using Microsoft.Extensions.Logging;
using Sluice.Foundation.Storage;
using Sluice.Gateway.Configuration.Editing;

namespace Sluice.Control.Releases;

/// <summary>Who is right when the configuration file changed and so did, since the two last agreed, the stored configuration.</summary>
public enum FileLead
{
    /// <summary>The file: it becomes a new release, over what was changed by API.</summary>
    File,

    /// <summary>What is stored: the file is only compared with it.</summary>
    Api,
}

/// <summary>
/// The configuration file beside stored releases. Its content becomes a release when it is new; the same content never does twice, so that a restart
/// overwrites nothing. Which content was last agreed on is stored with the releases, for all nodes.
/// </summary>
public sealed partial class ConfigurationFile
{
    private static readonly Migration[] Schema =
    [
        new(1, "what was last taken from the file", "CREATE TABLE configuration_file (name {text} NOT NULL PRIMARY KEY, hash {text} NOT NULL, release_number bigint NOT NULL)"),
    ];

    private readonly ReleaseManager _releases;
    private readonly ComponentDatabase? _database;
    private readonly FileLead _lead;
    private readonly ILogger _log;
    private (long Release, ConfigurationTree File, ConfigurationDiff Diff)? _drift;
    private volatile ConfigurationTree? _content;

    /// <param name="releases">The configuration of this node.</param>
    /// <param name="database">Where releases are stored; null when they are not, and the file simply is the configuration.</param>
    /// <param name="lead">Who is right when both changed.</param>
    /// <param name="time">For the tables' migrations.</param>
    /// <param name="log">Told of what was overwritten and of drift.</param>
    public ConfigurationFile(ReleaseManager releases, Database? database, FileLead lead, TimeProvider time, ILogger log)
    {
        _releases = releases;
        _database = database is null ? null : new ComponentDatabase(database, "configuration_file", Schema, time);
        _lead = lead;
        _log = log;
    }

    /// <summary>What would have to change for the current release to be what the file says; null while no file has been read.</summary>
    public ConfigurationDiff? Drift()
    {
        if (_content is not { } file)
            return null;
        var current = _releases.Current;
        if (_drift is { } known && known.Release == current.Release.Number && ReferenceEquals(known.File, file))
            return known.Diff;
        var tree = current.Tree.ForPluginsOfNow([]);
        var diff = ConfigurationDiff.Between(tree, tree.ReplacedBy(file));
        _drift = (current.Release.Number, file, diff);
        return diff;
    }

    /// <summary>Takes the content of the file, now or at the start, and makes it the configuration where that is its turn.</summary>
    /// <param name="content">What it says, checked.</param>
    /// <param name="hash">Tells its text from any other.</param>
    /// <param name="name">How the release's note names it.</param>
    /// <param name="cancel">Ends the waiting for the database.</param>
    /// <returns>What came of the release; null when the file is unchanged or does not lead.</returns>
    /// <exception cref="DatabaseUnavailableException">Nothing has changed.</exception>
    public async Task<ChangeResult?> OfferAsync(ConfigurationTree content, string hash, string name, CancellationToken cancel = default)
    {
        var request = new ChangeRequest("file", name);
        if (_database is null)
        {
            _content = content;
            return await _releases.ApplyAsync(request, content, cancel);
        }

        // Compared with what is stored, and not with a mirror of it.
        await _releases.RefreshAsync(cancel);
        var agreed = await AgreedAsync(cancel);
        _content = content;
        if (agreed is not null && string.Equals(agreed.Hash, hash, StringComparison.Ordinal))
        {
            if (Drift() is { IsEmpty: false } drift)
                LogDrift(name, drift.Summary());
            return null;
        }

        var current = _releases.Current.Release.Number;
        var since = agreed?.ReleaseNumber ?? 0;
        var overwrites = current > since && Drift() is { IsEmpty: false };
        if (overwrites && _lead == FileLead.Api)
        {
            LogNotTaken(name, Drift()!.Summary(), Numbers(since + 1, current));
            return null;
        }
        if (overwrites)
            LogOverwrites(name, Numbers(since + 1, current), Drift()!.Summary());
        var result = await _releases.ApplyAsync(request with { Expected = current }, content, cancel);
        if (result.Outcome is ChangeOutcome.Released or ChangeOutcome.Unchanged)
            await AgreeAsync(hash, result.Current.Number, cancel);
        return result;
    }

    private static string Numbers(long from, long to) => from == to ? $"release {from}" : $"releases {from} to {to}";

    private Task<Agreement?> AgreedAsync(CancellationToken cancel) => _database!.ReadAsync(
        c => c.QueryFirstOrDefaultAsync<Agreement>("SELECT hash, release_number AS ReleaseNumber FROM configuration_file WHERE name = 'config'"), cancel);

    private Task AgreeAsync(string hash, long number, CancellationToken cancel) => _database!.WriteAsync(
        (c, t) => c.ExecuteAsync(
            """
            INSERT INTO configuration_file (name, hash, release_number) VALUES ('config', @hash, @number)
            ON CONFLICT (name) DO UPDATE SET hash = excluded.hash, release_number = excluded.release_number
            """, new { hash, number }, t), cancel);

    private sealed class Agreement
    {
        public string Hash { get; init; } = "";

        public long ReleaseNumber { get; init; }
    }

    [LoggerMessage(1, LogLevel.Warning, "{File} changed and leads: it OVERWRITES what {Releases} changed otherwise ({Summary}); sluice rollback brings that back")]
    private partial void LogOverwrites(string file, string releases, string summary);

    [LoggerMessage(2, LogLevel.Warning, "{File} changed, but the API leads: the file is not taken ({Summary}) because of {Releases}; sluice diff shows the drift, sluice apply takes the file")]
    private partial void LogNotTaken(string file, string summary, string releases);

    [LoggerMessage(3, LogLevel.Warning, "{File} is unchanged, and the configuration has been changed since: to be as the file says it would need {Summary}")]
    private partial void LogDrift(string file, string summary);
}

using Microsoft.Extensions.Logging;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Storage;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Control.Releases;

/// <summary>
/// The configuration of this node: which release is current, and how there come to be new ones. A change is checked and built first, then stored, then
/// served: what cannot be built is never stored, what is stored is never lost (a node that dies in between serves it when it starts again), and what is
/// served is stored. Changes run one after the other; nodes that share a database are kept apart by the unique number of a release.
/// </summary>
public sealed partial class ReleaseManager : IAsyncDisposable
{
    // How often a change is tried again when other nodes were faster.
    private const int Attempts = 10;

    private readonly IReleaseStore _store;
    private readonly ReleaseSettings _settings;
    private readonly BuildConfiguration _build;
    private readonly ReadOptions _options;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _changing = new(1);
    private readonly LastGood? _lastGood;
    private volatile CurrentRelease? _current;

    private ReleaseManager(IReleaseStore store, LastGood? lastGood, ReleaseSettings settings, BuildConfiguration build, ReadOptions options, ILogger log)
    {
        _lastGood = lastGood;
        _store = store;
        _settings = settings;
        _build = build;
        _options = options;
        _log = log;
    }

    /// <summary>
    /// Releases in <paramref name="database"/>, and serves the newest. When there is none, an empty configuration counts as release 0. While the database is
    /// away, what was last served is taken from <paramref name="lastGood"/>.
    /// </summary>
    /// <param name="database">Where releases are stored; not disposed of.</param>
    /// <param name="lastGood">The file that mirrors what is served.</param>
    /// <param name="settings">How releases are kept.</param>
    /// <param name="build">Makes what serves a configuration.</param>
    /// <param name="options">What configurations are checked with.</param>
    /// <param name="log">Told of releases.</param>
    /// <param name="serveEmpty">Whether release 0 is served; otherwise nothing is, until there is a release.</param>
    /// <param name="cancel">Ends the waiting for the database.</param>
    /// <exception cref="DatabaseUnavailableException">The database is away, and nothing was mirrored that could be served.</exception>
    /// <exception cref="NewerSchemaException">The database belongs to a newer program.</exception>
    /// <exception cref="ReleaseUnreadableException">The newest release cannot be served by this program, and nothing else can.</exception>
    public static async Task<ReleaseManager> OpenAsync(
        Database database, string lastGood, ReleaseSettings settings, BuildConfiguration build, ReadOptions options, ILogger log, bool serveEmpty = true,
        CancellationToken cancel = default)
    {
        var manager = new ReleaseManager(new StoredReleases(database, settings, options.Time), new LastGood(lastGood, log), settings, build, options, log);
        await manager.StartAsync(serveEmpty, cancel);
        return manager;
    }

    /// <summary>The releases of a gateway that runs from a file: the last hundred, in memory. The first is release 1.</summary>
    /// <exception cref="ReleaseUnreadableException">The configuration cannot be served.</exception>
    public static async Task<ReleaseManager> FromFileAsync(ConfigurationTree file, BuildConfiguration build, ReadOptions options, ILogger log)
    {
        var manager = new ReleaseManager(new MemoryReleases(), null, new ReleaseSettings { Keep = 100 }, build, options, log);
        manager._current = new CurrentRelease(manager.Empty(), ConfigurationTree.Empty(options));
        var result = await manager.MakeAsync(new ChangeRequest("file"), null, empty => (empty.ReplacedBy(file), null), CancellationToken.None);
        if (result.Outcome == ChangeOutcome.Refused)
            throw new ReleaseUnreadableException(string.Join('\n', result.Problems));
        if (result.Outcome == ChangeOutcome.Unchanged)
            manager.ServeEmpty();
        return manager;
    }

    /// <summary>What is served. No database is asked.</summary>
    /// <exception cref="InvalidOperationException">Nothing has been served yet.</exception>
    public CurrentRelease Current => _current ?? throw new InvalidOperationException("no release has been served");

    /// <summary>Whether releases are stored, so that APIs may write. Where not, the configuration comes from a file.</summary>
    public bool IsStored => _store is not MemoryReleases;

    /// <summary>Why a newer release that is stored is not served; null when the newest is.</summary>
    public string? HeadProblem { get; private set; }

    /// <summary>Why the database cannot be asked; null while it can. What is served does not depend on it.</summary>
    public string? DatabaseProblem { get; private set; }

    /// <summary>Called after a newer release has begun to be served, made here or on another node. Must not block.</summary>
    public event Action<CurrentRelease>? Served;

    /// <summary>Called when the database answers again. Must not block.</summary>
    public event Action? DatabaseBack;

    /// <summary>Changes the current configuration by edits; several edits of one call are one release.</summary>
    /// <exception cref="DatabaseUnavailableException">It cannot be stored now: 503. Nothing has changed.</exception>
    public Task<ChangeResult> ChangeAsync(ChangeRequest request, Func<ConfigurationTree, EditResult> edit, CancellationToken cancel = default) =>
        IsStored
            ? MakeAsync(request, null, tree => edit(tree) is var result && result.Tree is null ? (null, result) : (result.Tree, result), cancel)
            : Task.FromResult(new ChangeResult(ChangeOutcome.ReadOnly) { Current = Current.Release });

    /// <summary>Makes the objects of <paramref name="wanted"/> the whole configuration: a file that is applied.</summary>
    /// <inheritdoc cref="ChangeAsync"/>
    public Task<ChangeResult> ApplyAsync(ChangeRequest request, ConfigurationTree wanted, CancellationToken cancel = default) =>
        MakeAsync(request, null, tree => (tree.ReplacedBy(wanted), null), cancel);

    /// <summary>Makes a new release with the configuration of release <paramref name="number"/>.</summary>
    /// <inheritdoc cref="ChangeAsync"/>
    public async Task<ChangeResult> RollbackAsync(ChangeRequest request, long number, CancellationToken cancel = default)
    {
        if (await ReadAsync(number, cancel) is not { } old)
            return new ChangeResult(ChangeOutcome.NotFound) { Current = Current.Release };
        return await MakeAsync(request, number, tree => (tree.ReplacedBy(old), null), cancel);
    }

    /// <summary>Serves the current release built anew: with secrets and certificates as they are now.</summary>
    /// <returns>Why it cannot be; empty when it is served.</returns>
    public async Task<IReadOnlyList<Problem>> RebuildAsync(CancellationToken cancel = default)
    {
        await _changing.WaitAsync(cancel);
        try
        {
            var unfit = new List<Problem>();
            var tree = Current.Tree.ForPluginsOfNow(unfit);
            if (unfit.Count > 0)
                return unfit;
            var (built, problems) = Build(tree);
            if (built is null)
                return problems;
            built.Serve();
            Make(new CurrentRelease(Current.Release, tree));
            return problems;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>What <paramref name="wanted"/> would change, and why it could not be served; nothing is changed.</summary>
    /// <param name="wanted">The whole configuration as it would be.</param>
    /// <param name="replay">Whether recent requests are tried on it.</param>
    public ReleasePlan Plan(ConfigurationTree wanted, bool replay = false)
    {
        var current = Current;
        var next = current.Tree.ReplacedBy(wanted);
        var (built, problems) = Build(next);
        try
        {
            return new ReleasePlan(current.Release, ConfigurationDiff.Between(current.Tree, next), problems, replay ? built?.Replay?.Invoke() : null);
        }
        finally
        {
            built?.Discard();
        }
    }

    /// <summary>The releases that are kept, the newest first.</summary>
    public Task<(IReadOnlyList<Release> Releases, long Total)> ListAsync(int skip, int take, CancellationToken cancel = default) => _store.ListAsync(skip, take, cancel);

    public Task<Release?> FindAsync(long number, CancellationToken cancel = default) => _store.FindAsync(number, cancel);

    /// <summary>The configuration of a release; null when there is none or it is not kept any more.</summary>
    public async Task<ConfigurationTree?> ReadAsync(long number, CancellationToken cancel = default) =>
        Current is var current && current.Release.Number == number ? current.Tree : await _store.ReadAsync(number, _options, current, cancel);

    /// <summary>What makes release <paramref name="next"/> out of release <paramref name="old"/>; 0 stands for an empty configuration. Null when one is not kept.</summary>
    public async Task<ConfigurationDiff?> DiffAsync(long old, long next, CancellationToken cancel = default)
    {
        var from = old == 0 ? ConfigurationTree.Empty(_options) : await ReadAsync(old, cancel);
        var to = await ReadAsync(next, cancel);
        return from is null || to is null ? null : ConfigurationDiff.Between(from, to);
    }

    /// <summary>The PostgreSQL channel on which the number of each new release is told.</summary>
    public const string Channel = "sluice_releases";

    /// <summary>The number of the newest stored release; 0 for none.</summary>
    public async Task<long> NewestAsync(CancellationToken cancel = default) => (await _store.HeadAsync(cancel))?.Number ?? 0;

    /// <summary>Serves the newest stored release when another node made it. Call it when told of one, and from time to time.</summary>
    /// <returns>Whether a newer one is served now.</returns>
    public async Task<bool> RefreshAsync(CancellationToken cancel = default)
    {
        await _changing.WaitAsync(cancel);
        try
        {
            return await CatchUpAsync(cancel);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Follows the database until cancelled: looks for newer releases at every <paramref name="interval"/>, whoever tells of them otherwise.</summary>
    public async Task FollowAsync(TimeSpan interval, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(interval, _options.Time);
        try
        {
            do
            {
                try
                {
                    await RefreshAsync(stop);
                    if (DatabaseProblem is null)
                        continue;
                    DatabaseProblem = null;
                    LogDatabaseBack();
                    DatabaseBack?.Invoke();
                }
                catch (DatabaseException e)
                {
                    if (DatabaseProblem is null)
                        LogDatabaseAway(e.Message);
                    DatabaseProblem = e.Message;
                }
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // The end of following is no failure.
        }
    }

    public async ValueTask DisposeAsync()
    {
        _changing.Dispose();
        if (_lastGood is not null)
            await _lastGood.DisposeAsync();
    }

    private async Task StartAsync(bool serveEmpty, CancellationToken cancel)
    {
        DatabaseUnavailableException? away = null;
        try
        {
            if (await CatchUpAsync(cancel))
                return;
            if (HeadProblem is null)
            {
                if (serveEmpty)
                    ServeEmpty();
                else
                    _current = new CurrentRelease(Empty(), ConfigurationTree.Empty(_options));
                return;
            }
        }
        catch (DatabaseUnavailableException e)
        {
            away = e;
            DatabaseProblem = e.Message;
        }
        var (kept, problem) = _lastGood!.Read(_options);
        if (kept is not null && Build(kept.Tree) is { Built: { } built })
        {
            LogMirrored(kept.Release.Number, DatabaseProblem ?? HeadProblem ?? "");
            built.Serve();
            _current = kept;
            return;
        }
        if (away is not null)
            throw new DatabaseUnavailableException($"{away.Message}; and there is no configuration on disk to start with: {problem}", away);
        throw new ReleaseUnreadableException(HeadProblem!);
    }

    private void ServeEmpty()
    {
        var empty = ConfigurationTree.Empty(_options);
        var (built, problems) = Build(empty);
        (built ?? throw new ReleaseUnreadableException(string.Join('\n', problems))).Serve();
        _current = new CurrentRelease(Empty(), empty);
    }

    private Release Empty() => new()
    {
        Number = 0,
        Author = "",
        At = _options.Time.GetUtcNow(),
        Note = "",
        Created = 0,
        Updated = 0,
        Deleted = 0,
        Sha256 = ConfigurationTree.Empty(_options).Sha256(),
    };

    private async Task<ChangeResult> MakeAsync(
        ChangeRequest request, long? restores, Func<ConfigurationTree, (ConfigurationTree? Tree, EditResult? Edit)> make, CancellationToken cancel)
    {
        await _changing.WaitAsync(cancel);
        try
        {
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                await using var turn = await _store.TakeTurnAsync(cancel);

                // What other nodes made meanwhile: on their release, or not at all when the caller wants a certain one.
                await CatchUpAsync(cancel);
                if (await TryAsync(request, restores, make, cancel) is { } result)
                    return result;
            }
            throw new DatabaseUnavailableException("other nodes keep making releases; nothing was changed");
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task<ChangeResult?> TryAsync(
        ChangeRequest request, long? restores, Func<ConfigurationTree, (ConfigurationTree? Tree, EditResult? Edit)> make, CancellationToken cancel)
    {
        var current = Current;
        if (request.Expected is { } expected && expected != current.Release.Number)
            return new ChangeResult(ChangeOutcome.Conflict) { Current = current.Release };
        var (next, edit) = make(current.Tree);
        if (next is null)
            return new ChangeResult(ChangeOutcome.Refused) { Current = current.Release, Edit = edit };
        var unfit = new List<Problem>();
        next = next.ForPluginsOfNow(unfit);
        if (unfit.Count > 0)
            return new ChangeResult(ChangeOutcome.Refused) { Current = current.Release, Edit = edit, Problems = unfit };
        var diff = ConfigurationDiff.Between(current.Tree, next);
        if (diff.IsEmpty && next.SaysTheSameInItsHeaderAs(current.Tree))
            return new ChangeResult(ChangeOutcome.Unchanged) { Current = current.Release, Edit = edit, Diff = diff };
        var (built, problems) = Build(next);
        if (built is null)
            return new ChangeResult(ChangeOutcome.Refused) { Current = current.Release, Edit = edit, Problems = problems };

        var made = new CurrentRelease(Describe(current.Release.Number + 1, request, restores, next, diff), next);
        try
        {
            // Half a second of a client that has gone must not leave a release behind that nobody serves: from here it is done whole.
            if (!await _store.AddAsync(made.Release, next, diff, CancellationToken.None))
            {
                built.Discard();
                return null;
            }
        }
        catch
        {
            built.Discard();
            throw;
        }
        Serve(made, built);
        if (made.Release.Number % 10 == 0)
            await PruneAsync();
        return new ChangeResult(ChangeOutcome.Released) { Current = made.Release, Edit = edit, Diff = diff };
    }

    private Release Describe(long number, ChangeRequest request, long? restores, ConfigurationTree tree, ConfigurationDiff diff) => new()
    {
        Number = number,
        Author = request.Author,
        At = _options.Time.GetUtcNow(),
        Note = request.Note,
        Sha256 = tree.Sha256(),
        Created = diff.Created,
        Updated = diff.Updated,
        Deleted = diff.Deleted,
        Restores = restores,
    };

    private (BuiltConfiguration? Built, IReadOnlyList<Problem> Problems) Build(ConfigurationTree tree)
    {
        var read = tree.ToDocument();
        if (read.Document is null)
            return (null, [.. read.Problems.Where(p => p.Severity == Severity.Error)]);
        var built = _build(read);
        return built.Problems.Count > 0 ? (null, built.Problems) : (built, []);
    }

    private void Serve(CurrentRelease release, BuiltConfiguration built)
    {
        built.Serve();
        Make(release);
        HeadProblem = null;
        LogServed(release.Release.Number, release.Release.Author, release.Release.Created, release.Release.Updated, release.Release.Deleted);
        _lastGood?.Keep(release);
        Served?.Invoke(release);
    }

    /// <summary>Makes <paramref name="release"/> the current one, and lets no older one keep the code of plugins that are not there any more.</summary>
    private void Make(CurrentRelease release)
    {
        _current = release;
        (_store as MemoryReleases)?.ForPluginsOfNow(release);
    }

    /// <summary>Under the gate: serves the stored head when it is newer than what is served.</summary>
    private async Task<bool> CatchUpAsync(CancellationToken cancel)
    {
        if (await _store.HeadAsync(cancel) is not { } head || (_current is { } current && head.Number <= current.Release.Number))
            return false;
        return await ServeStoredAsync(head, cancel);
    }

    private async Task<bool> ServeStoredAsync(Release head, CancellationToken cancel)
    {
        IReadOnlyList<Problem> problems;
        try
        {
            var tree = await _store.ReadAsync(head.Number, _options, _current, cancel) ?? throw new ReleaseUnreadableException($"release {head.Number} is not stored whole");
            var unfit = new List<Problem>();
            tree = tree.ForPluginsOfNow(unfit);
            (var built, problems) = unfit.Count > 0 ? (null, unfit) : Build(tree);
            if (built is not null)
            {
                Serve(new CurrentRelease(head, tree), built);
                return true;
            }
        }
        catch (ReleaseUnreadableException e)
        {
            problems = [new Problem(default, "document", "", e.Message)];
        }
        HeadProblem = $"release {head.Number} cannot be served: {string.Join("; ", problems.Select(p => $"{p.Object}: {p.Message}"))}";
        LogHeadProblem(HeadProblem);
        return false;
    }

    private async Task PruneAsync()
    {
        try
        {
            await _store.PruneAsync(_settings.Keep, CancellationToken.None);
        }
        catch (DatabaseException e)
        {
            // Old releases are forgotten another time.
            LogPruneFailed(e.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "release {Number} by {Author} is served: {Created} created, {Updated} updated, {Deleted} deleted")]
    private partial void LogServed(long number, string author, int created, int updated, int deleted);

    [LoggerMessage(2, LogLevel.Error, "{Problem}; what ran before runs on")]
    private partial void LogHeadProblem(string problem);

    [LoggerMessage(3, LogLevel.Warning, "old releases could not be removed: {Problem}")]
    private partial void LogPruneFailed(string problem);

    [LoggerMessage(4, LogLevel.Warning, "release {Number} is served from disk: {Problem}")]
    private partial void LogMirrored(long number, string problem);

    [LoggerMessage(5, LogLevel.Error, "{Problem}; what is served goes on, changes are refused")]
    private partial void LogDatabaseAway(string problem);

    [LoggerMessage(6, LogLevel.Information, "the database answers again")]
    private partial void LogDatabaseBack();
}

using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Control.Releases;

/// <summary>The last releases of a gateway that runs from a file; they go when it ends.</summary>
internal sealed class MemoryReleases : IReleaseStore
{
    private readonly Lock _gate = new();
    private readonly List<CurrentRelease> _releases = [];

    public Task<Release?> HeadAsync(CancellationToken cancel) => Locked(() => _releases.Count > 0 ? _releases[^1].Release : null);

    public Task<Release?> FindAsync(long number, CancellationToken cancel) => Locked(() => _releases.Find(r => r.Release.Number == number)?.Release);

    public Task<ConfigurationTree?> ReadAsync(long number, ReadOptions options, CurrentRelease? similar, CancellationToken cancel) =>
        Locked(() => _releases.Find(r => r.Release.Number == number)?.Tree);

    public Task<IAsyncDisposable> TakeTurnAsync(CancellationToken cancel) => Task.FromResult<IAsyncDisposable>(Turn.Alone);

    public Task<bool> AddAsync(Release release, ConfigurationTree tree, ConfigurationDiff diff, CancellationToken cancel) => Locked(() =>
    {
        if (_releases.Count > 0 && _releases[^1].Release.Number >= release.Number)
            return false;
        _releases.Add(new CurrentRelease(release, tree));
        return true;
    });

    public Task<(IReadOnlyList<Release> Releases, long Total)> ListAsync(int skip, int take, CancellationToken cancel) => Locked(() =>
        ((IReadOnlyList<Release>)[.. _releases.AsEnumerable().Reverse().Skip(skip).Take(take).Select(r => r.Release)], (long)_releases.Count));

    public Task PruneAsync(int keep, CancellationToken cancel) => Locked(() =>
    {
        if (_releases.Count > keep)
            _releases.RemoveRange(0, _releases.Count - keep);
        return true;
    });

    /// <summary>Lets go of plugins that are not there any more: old releases are kept, their code is not.</summary>
    /// <param name="current">The release that is served.</param>
    public void ForPluginsOfNow(CurrentRelease current)
    {
        lock (_gate)
            for (var i = 0; i < _releases.Count; i++)
                _releases[i] = _releases[i].Release.Number == current.Release.Number ? current : new CurrentRelease(_releases[i].Release, _releases[i].Tree.ForPluginsOfNow([]));
    }

    private Task<T> Locked<T>(Func<T> act)
    {
        lock (_gate)
            return Task.FromResult(act());
    }
}

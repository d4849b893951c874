using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Control.Releases;

/// <summary>Where releases are kept: a database, or the memory of a gateway that runs from a file.</summary>
internal interface IReleaseStore
{
    /// <summary>The newest release; null when there is none yet.</summary>
    Task<Release?> HeadAsync(CancellationToken cancel);

    Task<Release?> FindAsync(long number, CancellationToken cancel);

    /// <summary>The configuration of a release; null when it is not kept (any more).</summary>
    /// <param name="number">The release.</param>
    /// <param name="options">What it is read with.</param>
    /// <param name="similar">A release that may have much in common with it, read with the same options; null for none.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <exception cref="ReleaseUnreadableException">It was written under rules that no longer hold.</exception>
    Task<ConfigurationTree?> ReadAsync(long number, ReadOptions options, CurrentRelease? similar, CancellationToken cancel);

    /// <summary>
    /// Keeps other nodes from adding releases until it is disposed of, so that nodes that write at once take turns. It is a courtesy and no guarantee: who
    /// waits too long goes on without, and the numbers of releases still keep two from being one.
    /// </summary>
    Task<IAsyncDisposable> TakeTurnAsync(CancellationToken cancel);

    /// <summary>Adds the release that comes after the newest.</summary>
    /// <returns>False when its number is taken: somebody else was first.</returns>
    Task<bool> AddAsync(Release release, ConfigurationTree tree, ConfigurationDiff diff, CancellationToken cancel);

    /// <summary>The releases, the newest first.</summary>
    Task<(IReadOnlyList<Release> Releases, long Total)> ListAsync(int skip, int take, CancellationToken cancel);

    /// <summary>Forgets releases that are older than the newest <paramref name="keep"/>.</summary>
    Task PruneAsync(int keep, CancellationToken cancel);
}

/// <summary>A stored release that this program cannot read; the message says why.</summary>
public sealed class ReleaseUnreadableException(string message) : Exception(message);

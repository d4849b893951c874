using Sluice.Foundation.Errors;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Replaying;

namespace Sluice.Control.Releases;

/// <summary>Who changes the configuration, and from where.</summary>
/// <param name="Author">As <see cref="Release.Author"/>.</param>
/// <param name="Note">As <see cref="Release.Note"/>.</param>
/// <param name="Expected">The release that the change is based on (If-Match): when another is current by then, nothing happens. Null changes whatever is current.</param>
public sealed record ChangeRequest(string Author, string Note = "", long? Expected = null);

/// <summary>How a change ended.</summary>
public enum ChangeOutcome
{
    /// <summary>There is a new release, and it is served.</summary>
    Released,

    /// <summary>Nothing would change: no release was made.</summary>
    Unchanged,

    /// <summary>The edit or the configuration has problems. What ran before runs on.</summary>
    Refused,

    /// <summary>Another release is current than the one expected: 412.</summary>
    Conflict,

    /// <summary>There is no such release: 404.</summary>
    NotFound,

    /// <summary>The configuration comes from a file and nothing is stored: 405.</summary>
    ReadOnly,
}

/// <summary>What came of a change.</summary>
public sealed record ChangeResult(ChangeOutcome Outcome)
{
    /// <summary>The release that is current now: the new one, or on a conflict the newer one.</summary>
    public required Release Current { get; init; }

    /// <summary>What the edit gave; null for changes of whole documents.</summary>
    public EditResult? Edit { get; init; }

    /// <summary>What changed; null unless a release was made.</summary>
    public ConfigurationDiff? Diff { get; init; }

    /// <summary>Why it is refused: of the edit, see <see cref="EditResult.Problems"/>; otherwise of the configuration as a whole, such as a secret that is not there.</summary>
    public IReadOnlyList<Problem> Problems { get; init; } = [];
}

/// <summary>A release with its configuration.</summary>
public sealed record CurrentRelease(Release Release, ConfigurationTree Tree);

/// <summary>What a configuration would change.</summary>
/// <param name="On">The release that it was compared with.</param>
/// <param name="Diff">The objects.</param>
/// <param name="Problems">Why it could not be served; empty when it could.</param>
/// <param name="Replay">What it would do with recent requests; null where that was not asked for.</param>
public sealed record ReleasePlan(Release On, ConfigurationDiff Diff, IReadOnlyList<Problem> Problems, ReplayReport? Replay);

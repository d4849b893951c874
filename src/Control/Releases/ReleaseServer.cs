using Sluice.Foundation.Errors;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Gateway.Replaying;

namespace Sluice.Control.Releases;

/// <summary>
/// Builds what serves a configuration. Building may fail and changes nothing; serving what was built cannot fail. So a release that cannot be built is
/// never stored, and one that is stored can be served.
/// </summary>
/// <param name="document">A checked configuration.</param>
public delegate BuiltConfiguration BuildConfiguration(ReadResult document);

/// <summary>What came of building a configuration.</summary>
public sealed record BuiltConfiguration
{
    /// <summary>Why it cannot be served; empty when it can.</summary>
    public IReadOnlyList<Problem> Problems { get; init; } = [];

    /// <summary>Makes it the one that is served. Exactly one of this and <see cref="Discard"/> is called.</summary>
    public Action Serve { get; init; } = () => { };

    /// <summary>What it would do otherwise with the requests of the last time; null where nobody can tell.</summary>
    public Func<ReplayReport>? Replay { get; init; }

    /// <summary>Lets go of what was built.</summary>
    public Action Discard { get; init; } = () => { };
}

using Sluice.Foundation.Errors;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Host.Running;

/// <summary>What reading the configuration gave.</summary>
internal sealed record LoadedConfiguration
{
    /// <summary>Null when a problem is an error.</summary>
    public required GatewayDocument? Document { get; init; }

    /// <summary>Errors and warnings, in the order of the files.</summary>
    public required IReadOnlyList<Problem> Problems { get; init; }

    /// <summary>Middleware of plugins that are not built, where it stands.</summary>
    public required IReadOnlyList<UnsupportedPlugin> Unsupported { get; init; }

    /// <summary>The files that were read.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>32 hex digits over the text of all files: two nodes with the same hash run the same configuration.</summary>
    public required string Hash { get; init; }

    /// <summary>The same objects with references to secrets and variables as they are written; null when a problem is an error.</summary>
    public Func<ConfigurationTree?> ReadTree { get; init; } = static () => null;

    public IEnumerable<Problem> Errors => Problems.Where(p => p.Severity == Severity.Error);

    public IEnumerable<Problem> Warnings => Problems.Where(p => p.Severity == Severity.Warning);
}

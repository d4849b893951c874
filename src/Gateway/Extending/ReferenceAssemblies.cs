using Microsoft.CodeAnalysis;

namespace Sluice.Gateway.Extending;

/// <summary>
/// What plugins are compiled against: the assemblies that this very process runs on, so that no SDK is needed on the machine, and those of the
/// plugins' own <c>lib</c> folder.
/// </summary>
internal static class ReferenceAssemblies
{
    /// <summary>Every assembly that the runtime may load for this program, but the compiler's own.</summary>
    /// <returns>Each holds native memory until it is disposed of.</returns>
    public static IReadOnlyList<AssemblyMetadata> OfTheProgram() =>
    [
        .. (AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(path => path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
            .Where(path => !Path.GetFileName(path).StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal))
            .Select(path => AssemblyMetadata.CreateFromFile(path)),
    ];
}

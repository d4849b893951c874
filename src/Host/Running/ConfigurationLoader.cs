using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Foundation.Secrets;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Gateway.Snapshot;
using Sluice.Host.Workflows;

namespace Sluice.Host.Running;

/// <summary>Reads a whole configuration from files, folders or text.</summary>
internal static class ConfigurationLoader
{
    /// <param name="paths">Files and folders, read as one configuration.</param>
    /// <param name="inline">A configuration as text, read besides the files; null for none.</param>
    /// <param name="flavor">Which kind of routes it has.</param>
    /// <param name="unsetVariable">How a variable that is not set counts.</param>
    /// <param name="secrets">Where secrets come from that are not in the environment.</param>
    public static LoadedConfiguration Load(
        IReadOnlyList<string> paths, string? inline, RouterFlavor flavor, Severity unsetVariable = Severity.Error, SecretStore? secrets = null)
    {
        var (files, unreadable) = ConfigurationSource.Load(paths);
        IReadOnlyList<ConfigurationSource> sources = inline is null
            ? files
            : [.. files, new ConfigurationSource("declarative_config_string", Encoding.UTF8.GetBytes(inline))];
        var options = ReadOptions.Default with { RouterFlavor = flavor, UnsetVariable = unsetVariable, Secrets = secrets ?? SecretStore.Default, ReadsFiles = true };
        var read = sources.Count == 0 ? new ReadResult(null, [], []) : DocumentReader.Read(sources, options);
        var problems = (IReadOnlyList<Problem>)[.. unreadable, .. read.Problems, .. read.Document is { } whole ? GatewayWorkflows.Check(whole) : []];
        return new LoadedConfiguration
        {
            Document = problems.Any(p => p.Severity == Severity.Error) ? null : read.Document,
            Problems = problems,
            Unsupported = read.UnsupportedPlugins,
            Files = [.. sources.Select(s => s.Name)],
            Hash = HashOf(sources, read.Document?.Workflows ?? []),
            ReadTree = () => ConfigurationTree.Read(sources, options).Tree,
        };
    }

    private static string HashOf(IReadOnlyList<ConfigurationSource> sources, IReadOnlyList<WorkflowConfig> workflows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var source in sources)
        {
            hash.AppendData(BitConverter.GetBytes(source.Content.Length));
            hash.AppendData(source.Content.Span);
        }

        // They may stand in files of their own.
        foreach (var workflow in workflows) hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(workflow.Document.ToJson()));
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }
}

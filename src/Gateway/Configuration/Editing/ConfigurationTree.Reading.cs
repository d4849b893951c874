using Sluice.Foundation.Errors;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Configuration.Editing;

/// <summary>What came of reading files to a tree.</summary>
/// <param name="Tree">The configuration; null when there are errors.</param>
/// <param name="Problems">Errors and warnings, in the order of the files.</param>
/// <param name="UnsupportedPlugins">Middleware whose plugin Sluice does not have.</param>
public sealed record TreeReadResult(ConfigurationTree? Tree, IReadOnlyList<Problem> Problems, IReadOnlyList<UnsupportedPlugin> UnsupportedPlugins);

public sealed partial class ConfigurationTree
{
    /// <summary>Reads declarative files, nested or flat, as one configuration. Never throws because of what they contain.</summary>
    /// <remarks>Variables and secrets are not looked up; <see cref="ToDocument"/> tells of those that are missing.</remarks>
    public static TreeReadResult Read(IEnumerable<ConfigurationSource> sources, ReadOptions? options = null)
    {
        options ??= ReadOptions.Default;
        var gathered = DocumentReader.Gather(sources, options with { KeepReferences = true });
        if (gathered.Reader is not { } reader)
            return new TreeReadResult(null, gathered.Problems, []);
        var objects = new List<ConfigurationObject>[EntityKind.All.Count];
        var ordinal = 0L;
        foreach (var (item, record) in reader.ReadAll(gathered.Memberships))
        {
            var pipeline = record is PluginConfig { Pipeline: { } name } ? reader.Find("pipelines", name) : null;
            (objects[item.Kind.Position] ??= []).Add(ObjectMaker.Make(item.Kind, record, item.Node, pipeline, ordinal++));
        }
        var problems = gathered.SortedProblems();
        if (problems.Exists(p => p.Severity == Severity.Error))
            return new TreeReadResult(null, problems, reader.Unsupported);
        var tree = new ConfigurationTree(options, [.. EntityKind.All.Select(kind => KindTable.Of(kind, objects[kind.Position] ?? []))], ordinal)
        {
            Transform = gathered.Header.Transform,
            ErrorFormat = gathered.Header.ErrorFormat,
        };
        return new TreeReadResult(tree, problems, reader.Unsupported);
    }

    /// <summary>Reads one text; JSON when the name ends so, YAML otherwise.</summary>
    public static TreeReadResult Read(ReadOnlyMemory<byte> content, string name = "configuration", ReadOptions? options = null) =>
        Read([new ConfigurationSource(name, content, ConfigurationSource.FormatOf(name))], options);
}

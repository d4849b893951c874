using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Configuration.Editing;

/// <summary>The fields of a patch over those of an object: records field by field, everything else replaced.</summary>
internal static class PatchMerge
{
    /// <param name="existing">The object.</param>
    /// <param name="patch">The fields to change, with opaque values where something stands for them.</param>
    /// <param name="options">Which plugins are built.</param>
    public static MapNode Apply(ConfigurationObject existing, MapNode patch, ReadOptions options)
    {
        var (root, _) = DocumentParser.Parse("", existing.Json.Span, DocumentFormat.Json);
        var node = (MapNode)new Variables(options with { KeepReferences = true }, []).Expand(root!);
        if (existing.Record is ServiceConfig && patch["url"] is { IsNull: false } url)
        {
            // It stands for four fields, and takes the place of all of them.
            foreach (var field in new[] { "url", "protocol", "host", "port", "path" })
                node = node.Without(field);
            patch = url is ScalarNode { Opaque: true } ? patch : ServiceUrl.Expand(patch);
        }
        var merged = RecordMerge.Apply(existing.Kind.Record, node, patch);
        if (existing.Record is not PluginConfig middleware || patch["config"] is not MapNode config || node["config"] is not MapNode old)
            return merged;
        // Which settings of a plugin that is not built are records nobody knows.
        return merged.With("config", options.Plugins(patch.Text("name") ?? middleware.Name) is { } plugin
            ? RecordMerge.Apply(plugin.ConfigType, old, config)
            : config.Entries.Aggregate(old, (whole, entry) => whole.With(entry.Name, entry.Value)));
    }
}

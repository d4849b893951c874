using System.Text.Json;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Configuration.Editing;

public sealed partial class ConfigurationTree
{
    /// <summary>
    /// This configuration with the settings of middleware read again where its plugin is another than the one they were read for: its file has changed, has
    /// come or has gone. The same tree where there is no such middleware.
    /// </summary>
    /// <param name="problems">Receives what does not fit the plugins that there are now; that middleware is left without settings.</param>
    public ConfigurationTree ForPluginsOfNow(ICollection<Problem> problems)
    {
        var table = Table(EntityKind.ByName["plugins"]);
        if (!table.InOrder.Any(IsStale))
            return this;
        return With(KindTable.Of(table.Kind, table.InOrder.Select(o => IsStale(o) ? ReadAgain(o, problems) : o)));
    }

    private bool IsStale(ConfigurationObject entry) => entry.Record is PluginConfig middleware && !ReferenceEquals(middleware.Plugin, Options.Plugins(middleware.Name));

    private ConfigurationObject ReadAgain(ConfigurationObject entry, ICollection<Problem> problems)
    {
        var middleware = (PluginConfig)entry.Record;
        var json = entry.ToJson();

        // What nobody wrote is left to the plugin as it is now.
        if (middleware.Config is { } settings)
            RecordDefaults.Remove(settings.GetType(), json["config"]!.AsObject(), CanonicalJson.Records);
        var found = new List<Problem>();
        var (root, _) = DocumentParser.Parse(entry.Id.ToString(), JsonSerializer.SerializeToUtf8Bytes(json), DocumentFormat.Json);
        var read = ReadOne(entry.Kind, (MapNode)KeepingVariables.Expand(root!), Options with { KeepReferences = true }, found);
        if (read is not { } made)
        {
            foreach (var problem in found)
                problems.Add(problem with { Place = entry.Place, Object = Describe(entry) });
            return entry.With(middleware with { Config = null, Plugin = null }, entry.Json.ToArray(), entry.Ordinal);
        }
        var pipeline = middleware.Pipeline is { } name ? Find(EntityKind.ByName["pipelines"], name)?.Id : null;
        return ObjectMaker.Make(entry.Kind, Placed(made.Record, entry.Place), made.Node, pipeline, entry.Ordinal);
    }
}

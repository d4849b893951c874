using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Plugins.Functions;

namespace Sluice.Gateway.Configuration.Reading;

/// <summary>The <c>config</c> of middleware, by the record of its plugin.</summary>
/// <param name="options">Which plugins there are.</param>
/// <param name="problems">Receives what is wrong.</param>
/// <param name="readers">Read fields of these types, such as references to other objects.</param>
internal sealed class PluginReader(ReadOptions options, List<Problem> problems, IReadOnlyDictionary<Type, Func<string, DocumentNode, Binding, object?>> readers)
{
    /// <summary>Middleware whose plugin is known but not built.</summary>
    public List<UnsupportedPlugin> Unsupported { get; } = [];

    /// <summary>The plugin's record; null when the plugin is not built or the configuration is wrong (then reported).</summary>
    public object? Read(EntityItem item, Binding binding)
    {
        if (item.Node.Text("name") is not { } name)
            return null;
        CheckProtocols(item, name, binding);
        var config = item.Node["config"];
        if (config is not (null or { IsNull: true } or MapNode or ListNode { Items.Count: 0 }))
        {
            binding.Report(config.Place, "config", $"expected a map, not {config.Describe()}");
            return null;
        }
        if (options.Plugins(name) is not { } plugin)
        {
            var enterprise = KnownPlugins.Enterprise.Contains(name);
            if (enterprise || KnownPlugins.Bundled.Contains(name))
                Unsupported.Add(new UnsupportedPlugin(name, item.Describe(), item.Node.Place, enterprise));
            else
                binding.Report(item.Node["name"]!.Place, "name",
                    $"plugin '{name}' is not known{Naming.DidYouMean(name, KnownPlugins.Bundled.Concat(KnownPlugins.Enterprise))}");
            return null;
        }
        if (LuaCode.IsFunctionPlugin(name) && LuaCode.IsIn(config))
        {
            Unsupported.Add(new UnsupportedPlugin(name, item.Describe(), item.Node.Place, Enterprise: false));
            return null;
        }

        // Kong accepts the nested form all the same; the middleware then never meets its consumer.
        if (!plugin.ConsumerScope && item.Node["consumer"] is { IsNull: false } consumer)
            binding.Report(consumer.Place, "consumer", $"must not be set: {name} runs whoever the consumer is");

        var nested = new Binding(item.Describe(), problems, "config") { ExplainUnknown = ForeignLists.Explain, Identity = (item.Kind.Name, item.Id), Readers = readers };
        var record = RecordBinder.Bind(plugin.ConfigType, config as MapNode ?? new MapNode(config?.Place ?? item.Node.Place, []), nested);
        binding.Count(nested);
        return record;
    }

    private static void CheckProtocols(EntityItem item, string name, Binding binding)
    {
        if (KnownPlugins.OnStreams.Contains(name) || item.Node["protocols"] is not ListNode protocols)
            return;
        for (var i = 0; i < protocols.Items.Count; i++)
            if (protocols.Items[i] is ScalarNode { Text: "tcp" or "tls" or "tls_passthrough" or "udp" } protocol)
                binding.Report(protocol.Place, $"protocols[{i}]", $"expected one of: grpc, grpcs, http, https; not '{protocol.Text}'");
    }
}

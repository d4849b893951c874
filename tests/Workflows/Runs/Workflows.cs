using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Tests.Nodes;

namespace Sluice.Workflows.Tests.Runs;

/// <summary>Workflows for tests, written as chains: <c>Start > A > B</c>, <c>If:1 > C:1</c> from output 1 to input 1.</summary>
internal static class Workflows
{
    /// <param name="nodes">Name, type and parameters (JSON); more fields of a node after a second <c>|</c>. Positions follow the order given.</param>
    public static WorkflowModel Make(string name, string edges, string settings, params string[] nodes) => NodeFixture.Model(Text(name, edges, settings, nodes));

    public static string Text(string name, string edges, string settings, params string[] nodes)
    {
        var list = new JsArray();
        foreach (var (line, i) in nodes.Select((n, i) => (n, i)))
        {
            var parts = line.Split('|');
            var head = parts[0].Trim().Split(' ', 2);
            var node = new JsObject { ["name"] = head[0], ["type"] = head[1], ["position"] = new JsArray([0, i * 100]), ["parameters"] = JsJson.Parse(parts.Length > 1 && parts[1].Trim().Length > 0 ? parts[1] : "{}") };
            if (parts.Length > 2)
                foreach (var (field, value) in JsJson.Parse(parts[2]).AsObject!) node.Set(field, value);
            list.Add(node);
        }

        var connections = new JsObject();
        foreach (var chain in edges.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var steps = chain.Split('>', StringSplitOptions.TrimEntries);
            for (var i = 0; i + 1 < steps.Length; i++) Connect(connections, steps[i], steps[i + 1]);
        }

        return JsJson.WriteString(new JsObject { ["name"] = name, ["nodes"] = list, ["connections"] = connections, ["settings"] = JsJson.Parse(settings) });
    }

    public static List<Item> Items(string json) => NodeFixture.Items(JsJson.Parse(json));

    public static string Show(IEnumerable<Item> items) => JsJson.WriteString(new JsArray([.. items.Select(i => (JsValue)i.Json)]));

    private static void Connect(JsObject connections, string from, string to)
    {
        var (source, output) = Split(from);
        var (target, input) = Split(to);
        var node = connections[source].AsObject ?? new JsObject { ["main"] = new JsArray() };
        connections.Set(source, node);
        var outputs = node["main"].AsArray!;
        while (outputs.Count <= output) outputs.Add(new JsArray());
        outputs[output].AsArray!.Add(new JsObject { ["node"] = target, ["type"] = "main", ["index"] = input });
    }

    private static (string Name, int Index) Split(string end) => end.Split(':') is [var name, var index] ? (name, int.Parse(index)) : (end, 0);
}

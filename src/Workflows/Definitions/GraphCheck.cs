using Sluice.Foundation.Errors;

namespace Sluice.Workflows.Definitions;

/// <summary>What only the edges together show: where a run can begin, what it never reaches, and circles that nothing ends.</summary>
internal static class GraphCheck
{
    /// <summary>Worth knowing, and the same in n8n.</summary>
    public const string Unreached = "no trigger leads to this node: it never runs";

    public static void Run(WorkflowDefinition definition, IReadOnlyList<NodeModel> nodes, List<Problem> problems)
    {
        var reached = new HashSet<int>();
        foreach (var trigger in nodes.Where(n => n.Descriptor.IsTrigger)) Reach(trigger, reached);
        if (!nodes.Any(n => n.Descriptor.IsTrigger && !n.Definition.Disabled))
            problems.Add(new Problem(definition.Place, $"workflow \"{definition.Name}\"", "nodes", "no node is a trigger: nothing starts a run, except a person who says with which node to begin", Severity.Warning));
        else
            foreach (var node in nodes.Where(n => !reached.Contains(n.Index)))
                problems.Add(new Problem(node.Definition.Place, DefinitionReader.NodeObject(definition.Name, node.Name), "", Unreached, Severity.Warning));

        foreach (var node in nodes)
            foreach (var edge in node.Edges)
                Descend(node, edge.Target, []);

        foreach (var circle in Circles(nodes))
        {
            if (circle.Exists(n => n.EndsLoops)) continue;
            var first = circle[0];
            problems.Add(new Problem(first.Definition.Place, DefinitionReader.NodeObject(definition.Name, first.Name), "",
                $"goes round in a circle that no loop, if or switch node can end: {string.Join(" -> ", circle.Select(n => n.Name))} -> {first.Name}"));
        }
    }

    private static void Reach(NodeModel node, HashSet<int> reached)
    {
        var stack = new Stack<NodeModel>();
        stack.Push(node);
        while (stack.TryPop(out var next))
            if (reached.Add(next.Index))
                foreach (var edge in next.Edges) stack.Push(edge.Target);
    }

    private static void Descend(NodeModel ancestor, NodeModel first, HashSet<int> seen)
    {
        var stack = new Stack<NodeModel>();
        stack.Push(first);
        while (stack.TryPop(out var node))
        {
            if (!seen.Add(node.Index)) continue;
            node.Ancestors.Add(ancestor.Index);
            foreach (var edge in node.Edges) stack.Push(edge.Target);
        }
    }

    /// <summary>One way round for each set of nodes that all lead to each other, avoiding loop nodes where that is possible.</summary>
    private static IEnumerable<List<NodeModel>> Circles(IReadOnlyList<NodeModel> nodes)
    {
        var reported = new HashSet<int>();
        foreach (var node in nodes.Where(n => n.Ancestors.Contains(n.Index) && !n.EndsLoops))
        {
            if (reported.Contains(node.Index)) continue;
            var way = WayBack(node);
            if (way is null) continue;
            reported.UnionWith(way.Select(n => n.Index));
            yield return way;
        }
    }

    /// <summary>The nodes from one back to itself over nodes that are no loop nodes; null when there is no such way.</summary>
    private static List<NodeModel>? WayBack(NodeModel start)
    {
        var from = new Dictionary<int, NodeModel>();
        var queue = new Queue<NodeModel>();
        queue.Enqueue(start);
        while (queue.TryDequeue(out var node))
        {
            foreach (var edge in node.Edges)
            {
                if (edge.Target == start)
                {
                    var way = new List<NodeModel> { node };
                    while (way[^1] != start) way.Add(from[way[^1].Index]);
                    way.Reverse();
                    return way;
                }

                if (!edge.Target.EndsLoops && from.TryAdd(edge.Target.Index, node)) queue.Enqueue(edge.Target);
            }
        }

        return null;
    }
}

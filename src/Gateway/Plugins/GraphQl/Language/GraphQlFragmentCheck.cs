namespace Sluice.Gateway.Plugins.GraphQl.Language;

/// <summary>
/// Every spread has its fragment, no fragment comes to spread itself, and fragments do not nest without end, so that whoever walks a document with its
/// fragments need not fear for the stack. Each fragment is looked at once.
/// </summary>
internal sealed class GraphQlFragmentCheck
{
    private const int MaxChain = 16;
    private const int MaxDepth = 2 * GraphQlReader.MaxNesting;

    private readonly GraphQlDocument document;

    // How deep fragments go, those that they spread included; -1 while one is being looked at.
    private readonly Dictionary<string, int> depths = new(StringComparer.Ordinal);
    private int open;
    private GraphQlProblem? problem;

    private GraphQlFragmentCheck(GraphQlDocument document) => this.document = document;

    /// <summary>What is wrong; null when nothing is.</summary>
    public static GraphQlProblem? Check(GraphQlDocument document)
    {
        var check = new GraphQlFragmentCheck(document);
        foreach (var operation in document.Operations) check.Depth(operation.Selections);
        foreach (var fragment in document.Fragments.Values) check.Depth(fragment.Name, fragment.At);
        return check.problem;
    }

    private int Depth(GraphQlSelection[] selections)
    {
        var depth = 0;
        foreach (var selection in selections)
        {
            if (problem is not null) break;
            depth = Math.Max(depth, 1 + selection switch
            {
                GraphQlField field => Depth(field.Selections),
                GraphQlInlineFragment inline => Depth(inline.Selections),
                GraphQlFragmentSpread spread => Depth(spread.Name, spread.At),
                _ => 0,
            });
        }

        return depth;
    }

    private int Depth(string name, int at)
    {
        if (problem is not null) return 0;
        if (!document.Fragments.TryGetValue(name, out var fragment)) return Wrong(at, $"Unknown fragment \"{name}\".");
        if (depths.TryGetValue(name, out var known)) return known >= 0 ? known : Wrong(at, $"Cannot spread fragment \"{name}\" within itself.");
        depths[name] = -1;
        if (++open > MaxChain) return Wrong(at, $"Fragments are spread within each other more than {MaxChain} times.");
        var depth = Depth(fragment.Selections);
        open--;
        return depth > MaxDepth ? Wrong(at, "Fragments are nested too deeply.") : depths[name] = depth;
    }

    private int Wrong(int at, string message)
    {
        problem ??= GraphQlProblem.At(document.Text, at, message);
        return 0;
    }
}

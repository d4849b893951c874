using Sluice.Gateway.Plugins.GraphQl.Language;

namespace Sluice.Gateway.Plugins.GraphQl.Measuring;

/// <summary>
/// Measures one operation. Each fragment is measured once for each of the few surroundings that matter, however often it is spread, so that the time goes with
/// the length of the document.
/// </summary>
internal sealed class GraphQlMeter(GraphQlDocument document, GraphQlOperation operation, GraphQlWeights weights, ReadOnlyMemory<byte> variables)
{
    private readonly Dictionary<(string Fragment, bool Sized, bool Meta), GraphQlMeasure> fragments = [];
    private readonly GraphQlVariableValues values = new(operation, variables);

    public GraphQlMeasure Measure()
    {
        var measure = Selections(operation.Selections, weights.Schema.RootOf(operation.Type), sized: false, meta: false);
        measure.Directives += operation.Directives.Length;
        return measure;
    }

    /// <summary>The names of the operation's own fields, each once.</summary>
    public static string[] RootFields(GraphQlDocument document, GraphQlOperation operation)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Collect(operation.Selections);
        return [.. names];

        void Collect(GraphQlSelection[] selections)
        {
            foreach (var selection in selections)
            {
                if (selection is GraphQlField field) names.Add(field.Name);
                else if (selection is GraphQlInlineFragment inline) Collect(inline.Selections);
                else if (selection is GraphQlFragmentSpread spread && seen.Add(spread.Name)) Collect(document.Fragments[spread.Name].Selections);
            }
        }
    }

    /// <param name="selections">What is selected.</param>
    /// <param name="parent">Of which type, as far as that is known.</param>
    /// <param name="sized">An argument around it has said how long lists in it are, as <c>first</c> does for the edges of a connection.</param>
    /// <param name="meta">It is about the schema.</param>
    private GraphQlMeasure Selections(GraphQlSelection[] selections, string? parent, bool sized, bool meta)
    {
        var sum = default(GraphQlMeasure);
        foreach (var selection in selections)
        {
            sum.Add(selection switch
            {
                GraphQlField field => Field(field, parent, sized, meta),
                GraphQlInlineFragment inline => Selections(inline.Selections, inline.TypeCondition ?? parent, sized, meta),
                GraphQlFragmentSpread spread => Fragment(document.Fragments[spread.Name], sized, meta),
                _ => default,
            });
            sum.Directives += selection.Directives.Length;
        }

        return sum;
    }

    private GraphQlMeasure Fragment(GraphQlFragment fragment, bool sized, bool meta)
    {
        if (fragments.TryGetValue((fragment.Name, sized, meta), out var known)) return known;
        var measure = Selections(fragment.Selections, fragment.TypeCondition, sized, meta);
        measure.Directives += fragment.Directives.Length;
        return fragments[(fragment.Name, sized, meta)] = measure;
    }

    private GraphQlMeasure Field(GraphQlField field, string? parent, bool sized, bool meta)
    {
        var begins = field.Name is "__schema" or "__type";
        meta |= begins;
        var type = meta ? null : weights.Schema.TypeOf(parent, field.Name);
        var usesVariables = false;
        var said = meta ? null : Length(field.Arguments, ref usesVariables);
        var length = said ?? (sized || meta ? 1 : weights.ListSize(type));
        var inner = Selections(field.Selections, type?.InnerName, sized: said is not null, meta);
        return new GraphQlMeasure
        {
            Depth = begins ? 1 : 1 + inner.Depth,
            IntrospectionDepth = begins ? 1 + inner.Depth : inner.IntrospectionDepth,
            Complexity = 1 + (length * inner.Complexity),
            Cost = meta ? 1 + inner.Cost : weights.OfField(parent, field.Name) + (length * (weights.OfType(type?.InnerName) + inner.Cost)),
            RootFields = 1,
            Aliases = inner.Aliases + (field.Alias is null ? 0 : 1),
            Directives = inner.Directives,
            UsesVariables = inner.UsesVariables || usesVariables,
        };
    }

    /// <summary>The greatest length that an argument says; null when none does. Less than one counts as nothing said.</summary>
    private double? Length(GraphQlArgument[] arguments, ref bool usesVariables)
    {
        double? length = null;
        foreach (var path in weights.ListArguments)
        {
            foreach (var argument in arguments)
            {
                if (argument.Name != path[0]) continue;
                usesVariables |= HasVariable(argument.Value);
                if (values.Number(argument.Value, path.AsSpan(1)) is >= 1 and var number) length = Math.Max(length ?? 1, number);
            }
        }

        return length;
    }

    private static bool HasVariable(GraphQlValue value) => value switch
    {
        GraphQlVariableValue => true,
        GraphQlObject members => Array.Exists(members.Fields, f => HasVariable(f.Value)),
        GraphQlList list => Array.Exists(list.Items, HasVariable),
        _ => false,
    };
}

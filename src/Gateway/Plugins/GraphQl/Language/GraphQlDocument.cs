namespace Sluice.Gateway.Plugins.GraphQl.Language;

/// <summary>An executable document: operations and fragments. Immutable. Places (<c>At</c>) are indices into <see cref="Text"/>.</summary>
internal sealed class GraphQlDocument
{
    public required string Text { get; init; }

    /// <summary>At least one.</summary>
    public required GraphQlOperation[] Operations { get; init; }

    public required IReadOnlyDictionary<string, GraphQlFragment> Fragments { get; init; }

    /// <summary>How many tokens it has.</summary>
    public required int Tokens { get; init; }
}

internal enum GraphQlOperationType { Query, Mutation, Subscription }

internal sealed record GraphQlOperation(
    GraphQlOperationType Type, string? Name, GraphQlVariable[] Variables, GraphQlDirective[] Directives, GraphQlSelection[] Selections, int At);

internal sealed record GraphQlFragment(string Name, string TypeCondition, GraphQlDirective[] Directives, GraphQlSelection[] Selections, int At);

internal sealed record GraphQlVariable(string Name, GraphQlType Type, GraphQlValue? Default, GraphQlDirective[] Directives, int At);

/// <summary>A named type, or a list of <paramref name="Element"/>.</summary>
internal sealed record GraphQlType(string? Name, GraphQlType? Element, bool NonNull)
{
    /// <summary>The name that lists are lists of.</summary>
    public string InnerName => Name ?? Element!.InnerName;

    public override string ToString() => (Name ?? $"[{Element}]") + (NonNull ? "!" : "");
}

internal sealed record GraphQlDirective(string Name, GraphQlArgument[] Arguments, int At);

internal sealed record GraphQlArgument(string Name, GraphQlValue Value, int At);

internal abstract record GraphQlSelection(GraphQlDirective[] Directives, int At);

internal sealed record GraphQlField(string? Alias, string Name, GraphQlArgument[] Arguments, GraphQlDirective[] Directives, GraphQlSelection[] Selections, int At)
    : GraphQlSelection(Directives, At);

internal sealed record GraphQlFragmentSpread(string Name, GraphQlDirective[] Directives, int At) : GraphQlSelection(Directives, At);

internal sealed record GraphQlInlineFragment(string? TypeCondition, GraphQlDirective[] Directives, GraphQlSelection[] Selections, int At)
    : GraphQlSelection(Directives, At);

internal abstract record GraphQlValue;

internal sealed record GraphQlVariableValue(string Name) : GraphQlValue;

internal enum GraphQlScalarKind { Null, Boolean, Int, Float, String, Enum }

/// <param name="Kind">Its kind.</param>
/// <param name="Text">Numbers, names and booleans as written, strings as what they mean.</param>
internal sealed record GraphQlScalar(GraphQlScalarKind Kind, string Text) : GraphQlValue;

internal sealed record GraphQlList(GraphQlValue[] Items) : GraphQlValue;

internal sealed record GraphQlObject(GraphQlArgument[] Fields) : GraphQlValue;

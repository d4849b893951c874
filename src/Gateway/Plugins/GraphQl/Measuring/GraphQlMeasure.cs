namespace Sluice.Gateway.Plugins.GraphQl.Measuring;

/// <summary>How much an operation asks for, its fragments put in where they are spread. Counts are doubles because fragments within fragments grow without bound.</summary>
internal struct GraphQlMeasure
{
    /// <summary>Fields inside each other.</summary>
    public int Depth;

    /// <summary>Fields inside each other below <c>__schema</c> and <c>__type</c>, these included.</summary>
    public int IntrospectionDepth;

    /// <summary>Fields, times the lengths of the lists that they stand in.</summary>
    public double Complexity;

    /// <summary>The same with the costs of fields and types.</summary>
    public double Cost;

    /// <summary>Fields of the operation itself, not those inside them.</summary>
    public double RootFields;

    public double Aliases;

    public double Directives;

    /// <summary>A length was taken from a variable, so that another request may measure differently.</summary>
    public bool UsesVariables;

    public readonly bool Introspects => IntrospectionDepth > 0;

    /// <summary>Both beside each other.</summary>
    public void Add(in GraphQlMeasure other)
    {
        Depth = Math.Max(Depth, other.Depth);
        IntrospectionDepth = Math.Max(IntrospectionDepth, other.IntrospectionDepth);
        Complexity += other.Complexity;
        Cost += other.Cost;
        RootFields += other.RootFields;
        Aliases += other.Aliases;
        Directives += other.Directives;
        UsesVariables |= other.UsesVariables;
    }
}

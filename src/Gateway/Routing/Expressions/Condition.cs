using Sluice.Gateway.Routing.Matching;

namespace Sluice.Gateway.Routing.Expressions;

/// <summary>A part of an expression.</summary>
internal abstract class Condition
{
    /// <summary>Whether it holds for the request; notes in <paramref name="search"/> what was matched of the path.</summary>
    public abstract bool Holds(ref Search search);
}

internal sealed class AndCondition(Condition[] parts) : Condition
{
    public Condition[] Parts => parts;

    public override bool Holds(ref Search search)
    {
        foreach (var part in parts)
            if (!part.Holds(ref search)) return false;
        return true;
    }

    public override string ToString() => string.Join(" && ", parts.AsEnumerable());
}

internal sealed class OrCondition(Condition[] parts) : Condition
{
    public Condition[] Parts => parts;

    public override bool Holds(ref Search search)
    {
        foreach (var part in parts)
            if (part.Holds(ref search)) return true;
        return false;
    }

    public override string ToString() => $"({string.Join(" || ", parts.AsEnumerable())})";
}

internal sealed class NotCondition(Condition inner) : Condition
{
    public Condition Inner => inner;

    public override bool Holds(ref Search search) => !inner.Holds(ref search);

    public override string ToString() => $"!({inner})";
}

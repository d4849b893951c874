using Sluice.Gateway.Routing.Matching;

namespace Sluice.Gateway.Routing.Expressions;

internal enum IntegerOperator : byte { Equal, NotEqual, Greater, GreaterOrEqual, Less, LessOrEqual }

/// <summary>A test of a port or of the number of segments; a port that is not known never passes.</summary>
internal sealed class IntegerPredicate(ExpressionField subject, IntegerOperator test, long number) : Condition
{
    public FieldKind Field => subject.Kind;

    public override bool Holds(ref Search search)
    {
        var value = subject.Kind switch
        {
            FieldKind.SegmentCount => PathSegments.Count(search.Path),
            FieldKind.SourcePort => search.Source?.Port ?? NamePattern.AnyPort,
            _ => search.Port,
        };
        if (value < 0) return false;
        return test switch
        {
            IntegerOperator.Equal => value == number,
            IntegerOperator.NotEqual => value != number,
            IntegerOperator.Greater => value > number,
            IntegerOperator.GreaterOrEqual => value >= number,
            IntegerOperator.Less => value < number,
            _ => value <= number,
        };
    }

    public override string ToString()
    {
        var sign = test switch
        {
            IntegerOperator.Equal => "==",
            IntegerOperator.NotEqual => "!=",
            IntegerOperator.Greater => ">",
            IntegerOperator.GreaterOrEqual => ">=",
            IntegerOperator.Less => "<",
            _ => "<=",
        };
        return $"{subject.Name} {sign} {number}";
    }
}

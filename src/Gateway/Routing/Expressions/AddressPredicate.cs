using System.Net;
using Sluice.Gateway.Routing.Matching;

namespace Sluice.Gateway.Routing.Expressions;

/// <summary>A test whether an address is (in) a block; an address that is not known never passes.</summary>
/// <param name="negated">For <c>!=</c> and <c>not in</c>.</param>
internal sealed class AddressPredicate(ExpressionField subject, IPNetwork block, bool negated) : Condition
{
    public override bool Holds(ref Search search)
    {
        var address = (subject.Kind == FieldKind.SourceAddress ? search.Source : search.Destination)?.Address;
        return address is not null && IpBlock.Contains(block, address) != negated;
    }

    public override string ToString() => $"{subject.Name} {(negated ? "not in" : "in")} {block}";
}

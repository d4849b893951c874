using System.Text;
using Sluice.Gateway.Routing.Matching;

namespace Sluice.Gateway.Routing.Expressions;

/// <summary>
/// What no request can do without if an expression is to hold: of the conditions joined by <c>&amp;&amp;</c>, the first that is about hosts alone,
/// paths alone, methods alone, and those about one header alone. Null or empty where the expression asks for nothing of the kind.
/// </summary>
/// <param name="Captures">Whether a regular expression in it has groups.</param>
/// <param name="Addresses">Whether it asks for an address or a port.</param>
internal sealed record ExpressionNeeds(string[]? Methods, NamePattern[]? Hosts, string[]? Prefixes, HeaderCondition[] Headers, bool Captures, bool Addresses)
{
    public static ExpressionNeeds Of(Condition root)
    {
        string[]? methods = null;
        NamePattern[]? hosts = null;
        string[]? prefixes = null;
        var headers = new List<HeaderCondition>();
        foreach (var part in Conjuncts(root))
        {
            if (Alternatives(part) is not { } alternatives) continue;
            methods ??= All(alternatives, FieldKind.Method, static predicate => predicate.Operator == TextOperator.Equal ? predicate.Text : null);
            hosts ??= All(alternatives, FieldKind.Host, HostOf)?.OfType<NamePattern>().ToArray();
            prefixes ??= All(alternatives, FieldKind.Path, PrefixOf);
            if (HeaderOf(alternatives) is { } header) headers.Add(header);
        }

        return new(methods, hosts, prefixes, [.. headers], HasGroups(root), AsksForAddresses(root));
    }

    /// <summary>The conditions that are joined by <c>&amp;&amp;</c> at the top.</summary>
    public static IEnumerable<Condition> Conjuncts(Condition condition) =>
        condition is AndCondition and ? and.Parts.SelectMany(Conjuncts) : [condition];

    /// <summary>The tests joined by <c>||</c>; null when there is something else among them.</summary>
    private static List<TextPredicate>? Alternatives(Condition condition)
    {
        if (condition is TextPredicate predicate) return [predicate];
        if (condition is not OrCondition or) return null;
        var all = or.Parts.Select(Alternatives).ToArray();
        return Array.TrueForAll(all, static part => part is not null) ? all.SelectMany(static part => part!).ToList() : null;
    }

    private static T[]? All<T>(List<TextPredicate> alternatives, FieldKind kind, Func<TextPredicate, T?> take)
    {
        if (!alternatives.TrueForAll(predicate => predicate.Field.Kind == kind && !predicate.Lower)) return null;
        var taken = alternatives.Select(take).ToArray();
        return Array.TrueForAll(taken, static one => one is not null) ? taken.Select(static one => one!).Distinct().ToArray() : null;
    }

    /// <summary>That one of the values is equal but for its case; more than the expression asks, never less.</summary>
    private static HeaderCondition? HeaderOf(List<TextPredicate> alternatives)
    {
        var field = alternatives[0].Field;
        var equal = alternatives.TrueForAll(predicate => predicate.Field.Kind == FieldKind.Header && predicate.Field.Header == field.Header
            && predicate.Operator == TextOperator.Equal && Ascii.IsValid(predicate.Text) && !predicate.Text.StartsWith('~'));
        return equal ? new HeaderCondition(field.Header.Name, alternatives.Select(static predicate => predicate.Text).ToArray()) : null;
    }

    private static NamePattern? HostOf(TextPredicate predicate) => predicate.Operator switch
    {
        TextOperator.Equal => new NamePattern(NamePatternKind.Exact, predicate.Text),
        TextOperator.Prefix => new NamePattern(NamePatternKind.Prefix, predicate.Text),
        TextOperator.Suffix => new NamePattern(NamePatternKind.Suffix, predicate.Text),
        _ => null,
    };

    private static string? PrefixOf(TextPredicate predicate) => predicate.Operator switch
    {
        TextOperator.Equal or TextOperator.Prefix => predicate.Text,
        TextOperator.Regex when predicate.Regex!.LiteralPrefix.Length > 0 => predicate.Regex.LiteralPrefix,
        _ => null,
    };

    private static bool HasGroups(Condition condition) => condition switch
    {
        AndCondition and => and.Parts.Any(HasGroups),
        OrCondition or => or.Parts.Any(HasGroups),
        NotCondition not => HasGroups(not.Inner),
        TextPredicate predicate => predicate.Regex?.HasGroups == true,
        _ => false,
    };

    private static bool AsksForAddresses(Condition condition) => condition switch
    {
        AndCondition and => and.Parts.Any(AsksForAddresses),
        OrCondition or => or.Parts.Any(AsksForAddresses),
        NotCondition not => AsksForAddresses(not.Inner),
        IntegerPredicate { Field: FieldKind.SegmentCount } or TextPredicate => false,
        _ => true,
    };
}

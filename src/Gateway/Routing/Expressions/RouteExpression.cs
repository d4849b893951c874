using Sluice.Gateway.Routing.Matching;
using Sluice.Gateway.Routing.RegularExpressions;

namespace Sluice.Gateway.Routing.Expressions;

/// <summary>A route's <c>expression</c>, in the language of Kong's expressions router.</summary>
internal sealed class RouteExpression
{
    private readonly Condition root;

    private RouteExpression(string text, Condition root, bool mixed)
    {
        Text = text;
        this.root = root;
        MixesOperators = mixed;
        Needs = ExpressionNeeds.Of(root);
    }

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>
    /// Whether <c>&amp;&amp;</c> and <c>||</c> stand side by side without parentheses. It is worth a warning: as in Kong, and unlike in most
    /// languages, <c>||</c> then binds tighter.
    /// </summary>
    public bool MixesOperators { get; }

    /// <summary>What a request must have for the expression to hold; the index looks for it.</summary>
    public ExpressionNeeds Needs { get; }

    /// <summary>Reads <paramref name="text"/>; null when it is not right.</summary>
    /// <param name="error">What is wrong and at which column; null when nothing is.</param>
    public static RouteExpression? TryParse(string text, out string? error)
    {
        var reader = new ExpressionReader(text);
        error = reader.TryRead(out var root);
        return error is null ? new RouteExpression(text, root!, reader.Mixed) : null;
    }

    public bool Holds(ref Search search) => root.Holds(ref search);

    /// <summary>The groups of all regular expressions that matched, where later ones go over earlier ones; null when there are none.</summary>
    public RouteCaptures? Captures(in RouteQuery query)
    {
        if (!Needs.Captures) return null;
        var matched = new List<(RouteRegex Regex, string Text)>();
        var search = new Search(query) { Regexes = matched };
        root.Holds(ref search);
        return matched.Select(static match => match.Regex.Captures(match.Text)).Aggregate(default(RouteCaptures), Merge);
    }

    /// <summary>Adds those of the conditions joined by <c>&amp;&amp;</c> that do not hold; for people.</summary>
    public void AddUnmet(List<string> unmet, ref Search search)
    {
        foreach (var part in ExpressionNeeds.Conjuncts(root))
            if (!part.Holds(ref search)) unmet.Add($"{part} does not hold");
    }

    private static RouteCaptures? Merge(RouteCaptures? first, RouteCaptures? second)
    {
        if (first is null || second is null) return first ?? second;
        var named = new Dictionary<string, string>(first.Named, StringComparer.Ordinal);
        foreach (var (name, value) in second.Named) named[name] = value;
        return new RouteCaptures([.. second.Unnamed, .. first.Unnamed.Skip(second.Unnamed.Count)], named);
    }
}

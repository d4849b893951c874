using System.Buffers;
using Sluice.Gateway.Routing.Matching;
using Sluice.Gateway.Routing.RegularExpressions;

namespace Sluice.Gateway.Routing.Expressions;

internal enum TextOperator : byte { Equal, NotEqual, Regex, Prefix, Suffix, Contains }

/// <summary>A test of a text. Of a field with several values all must pass, with <c>any()</c> one; a field without a value never does.</summary>
internal sealed class TextPredicate(ExpressionField subject, TextOperator test, string text, RouteRegex? regex, bool lower, bool any) : Condition
{
    public ExpressionField Field => subject;

    public TextOperator Operator => test;

    /// <summary>What is compared with; for a regular expression its pattern.</summary>
    public string Text => text;

    public RouteRegex? Regex => regex;

    /// <summary>The field's value is compared in lower case.</summary>
    public bool Lower => lower;

    public override bool Holds(ref Search search)
    {
        switch (subject.Kind)
        {
            case FieldKind.Method: return Passes(search.Method, ref search);
            case FieldKind.Host: return Passes(search.Host, ref search);
            case FieldKind.Path: return Passes(search.Path, ref search);
            case FieldKind.Protocol: return Passes(search.Tls ? "https" : "http", ref search);
            case FieldKind.Sni: return search.Sni.Length > 0 && Passes(search.Sni, ref search);
            case FieldKind.Segment:
                return PathSegments.TryGet(search.Path, subject.From, subject.To, out var segments) && Passes(segments, ref search);
            case FieldKind.Header: return HeaderPasses(ref search);
            default: return QueryPasses(ref search);
        }
    }

    public override string ToString()
    {
        var name = lower ? $"lower({subject.Name})" : subject.Name;
        if (any) name = $"any({name})";
        var sign = test switch
        {
            TextOperator.Equal => "==",
            TextOperator.NotEqual => "!=",
            TextOperator.Regex => "~",
            TextOperator.Prefix => "^=",
            TextOperator.Suffix => "=^",
            _ => "contains",
        };
        return $"{name} {sign} \"{text}\"";
    }

    private bool HeaderPasses(ref Search search)
    {
        var values = subject.Header.Values(search.Headers);
        foreach (var value in values)
        {
            if (Passes(value, ref search) == any) return any;
        }

        return !any && values.Count > 0;
    }

    private bool QueryPasses(ref Search search)
    {
        var values = new QueryValues(search.Query, subject.Query);
        var some = false;
        while (values.MoveNext())
        {
            some = true;
            if (Passes(values.Current, ref search) == any) return any;
        }

        return !any && some;
    }

    private bool Passes(scoped ReadOnlySpan<char> value, ref Search search)
    {
        if (!lower) return PassesAsIs(value, ref search);

        char[]? rented = null;
        var lowered = value.Length <= 256 ? stackalloc char[256] : rented = ArrayPool<char>.Shared.Rent(value.Length);
        var passes = PassesAsIs(lowered[..value.ToLowerInvariant(lowered)], ref search);
        if (rented is not null) ArrayPool<char>.Shared.Return(rented);
        return passes;
    }

    private bool PassesAsIs(scoped ReadOnlySpan<char> value, ref Search search)
    {
        var length = text.Length;
        var passes = test switch
        {
            TextOperator.Equal => value.SequenceEqual(text),
            TextOperator.NotEqual => !value.SequenceEqual(text),
            TextOperator.Prefix => value.StartsWith(text, StringComparison.Ordinal),
            TextOperator.Suffix => value.EndsWith(text, StringComparison.Ordinal),
            TextOperator.Contains => value.Contains(text, StringComparison.Ordinal),
            _ => regex!.TryMatch(value, out length),
        };
        if (!passes) return false;

        if (test == TextOperator.Regex) search.Regexes?.Add((regex!, value.ToString()));
        if (subject.Kind == FieldKind.Path && test is not (TextOperator.NotEqual or TextOperator.Contains)) search.PathLength = length;
        return true;
    }
}

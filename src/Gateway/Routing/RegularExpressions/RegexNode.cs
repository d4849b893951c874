namespace Sluice.Gateway.Routing.RegularExpressions;

/// <summary>A part of a regular expression as it was read.</summary>
internal abstract record RegexNode;

/// <summary>One character out of a set.</summary>
internal sealed record SetNode(CharacterSet Set) : RegexNode;

/// <summary>A condition on a position.</summary>
internal sealed record AssertionNode(RegexAssertion Assertion) : RegexNode;

/// <summary>One after the other; empty for what always matches.</summary>
internal sealed record SequenceNode(IReadOnlyList<RegexNode> Parts) : RegexNode;

/// <summary>The first that lets the whole match.</summary>
internal sealed record ChoiceNode(IReadOnlyList<RegexNode> Options) : RegexNode;

/// <param name="Max">Null for no limit.</param>
internal sealed record RepeatNode(RegexNode Inner, int Min, int? Max, bool Greedy) : RegexNode;

/// <param name="Number">From 1.</param>
internal sealed record GroupNode(RegexNode Inner, int Number) : RegexNode;

internal enum RegexAssertion : byte { Start, End, LineStart, LineEnd, WordBoundary, NotWordBoundary }

using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Parsing;

/// <summary>What was written, as a tree. Patterns (of parameters, declarations, assignments) are the array and object literals they look like.</summary>
internal abstract record Syntax(int Position);

internal sealed record LiteralSyntax(int Position, JsValue Value) : Syntax(Position);

/// <param name="Raw">The texts as they were written, with their escapes.</param>
internal sealed record TemplateSyntax(int Position, IReadOnlyList<string> Texts, IReadOnlyList<string> Raw, IReadOnlyList<Syntax> Values) : Syntax(Position);

internal sealed record TaggedTemplateSyntax(int Position, Syntax Tag, TemplateSyntax Template) : Syntax(Position);

internal sealed record RegularExpressionSyntax(int Position, string Pattern, string Flags) : Syntax(Position);

internal sealed record NameSyntax(int Position, string Name) : Syntax(Position);

internal sealed record ThisSyntax(int Position) : Syntax(Position);

/// <param name="Elements">Null is a hole.</param>
internal sealed record ArraySyntax(int Position, IReadOnlyList<Syntax?> Elements) : Syntax(Position);

internal sealed record ObjectSyntax(int Position, IReadOnlyList<PropertySyntax> Properties) : Syntax(Position);

/// <param name="Key">Null for a spread.</param>
/// <param name="IsCover">Written as <c>{name = value}</c>, which only a pattern may be.</param>
/// <param name="Accessor"><c>get</c> or <c>set</c> when the value is a function of that kind; only in scripts.</param>
internal sealed record PropertySyntax(int Position, Syntax? Key, Syntax Value, bool IsCover = false, string? Accessor = null) : Syntax(Position);

internal sealed record SpreadSyntax(int Position, Syntax Value) : Syntax(Position);

/// <param name="Parameters">Patterns; with a default an <see cref="AssignSyntax"/>, the rest a <see cref="SpreadSyntax"/>.</param>
/// <param name="Body">A block, or the expression it returns.</param>
/// <param name="IsAsync">Whether it gives a promise; only in scripts.</param>
internal sealed record FunctionSyntax(int Position, string? Name, IReadOnlyList<Syntax> Parameters, Syntax Body, bool IsArrow, bool IsAsync = false, bool IsGenerator = false) : Syntax(Position)
{
    /// <summary>Whether it is the constructor of a class that extends another.</summary>
    public bool IsDerived { get; init; }

    /// <summary>Whether <c>new</c> may stand before it.</summary>
    public bool IsMethod { get; init; }
}

internal sealed record AwaitSyntax(int Position, Syntax Promise) : Syntax(Position);

/// <param name="IsDelegate">Whether it hands on all values of another iterator.</param>
internal sealed record YieldSyntax(int Position, Syntax? Value, bool IsDelegate) : Syntax(Position);

/// <param name="Property">What is between the brackets, or the name as a literal.</param>
internal sealed record MemberSyntax(int Position, Syntax Target, Syntax Property, bool IsOptional) : Syntax(Position);

internal sealed record CallSyntax(int Position, Syntax Target, IReadOnlyList<Syntax> Arguments, bool IsOptional) : Syntax(Position);

internal sealed record NewSyntax(int Position, Syntax Target, IReadOnlyList<Syntax> Arguments) : Syntax(Position);

/// <summary>Where an optional chain ends that was cut short inside.</summary>
internal sealed record ChainSyntax(int Position, Syntax Inner) : Syntax(Position);

/// <summary>An expression in parentheses: it is no pattern, and no link of the optional chain inside it.</summary>
internal sealed record ParenthesizedSyntax(int Position, Syntax Inner) : Syntax(Position);

internal sealed record UnarySyntax(int Position, string Operator, Syntax Operand) : Syntax(Position);

internal sealed record UpdateSyntax(int Position, Syntax Target, int Step, bool IsPrefix) : Syntax(Position);

internal sealed record BinarySyntax(int Position, string Operator, Syntax Left, Syntax Right) : Syntax(Position);

internal sealed record ConditionalSyntax(int Position, Syntax Condition, Syntax Then, Syntax Else) : Syntax(Position);

/// <param name="Operator">What is between the target and the equals sign; empty for a plain assignment.</param>
internal sealed record AssignSyntax(int Position, string Operator, Syntax Target, Syntax Value) : Syntax(Position);

internal sealed record SequenceSyntax(int Position, IReadOnlyList<Syntax> Parts) : Syntax(Position);

internal sealed record BlockSyntax(int Position, IReadOnlyList<Syntax> Statements) : Syntax(Position);

internal sealed record DeclarationSyntax(int Position, string Kind, IReadOnlyList<(Syntax Target, Syntax? Value)> Variables) : Syntax(Position);

internal sealed record ExpressionStatementSyntax(int Position, Syntax Expression) : Syntax(Position);

internal sealed record IfSyntax(int Position, Syntax Condition, Syntax Then, Syntax? Else) : Syntax(Position);

internal sealed record ReturnSyntax(int Position, Syntax? Value) : Syntax(Position);

internal sealed record ThrowSyntax(int Position, Syntax Value) : Syntax(Position);

internal sealed record JumpSyntax(int Position, bool IsBreak, string? Label = null) : Syntax(Position);

internal sealed record LabeledSyntax(int Position, string Label, Syntax Statement) : Syntax(Position);

internal sealed record ForSyntax(int Position, Syntax? Start, Syntax? Condition, Syntax? Step, Syntax Body, bool MakesFunctions) : Syntax(Position);

/// <param name="Kind"><c>let</c>, <c>const</c>, <c>var</c>, or empty when the target exists already.</param>
internal sealed record ForEachSyntax(int Position, string Kind, Syntax Target, Syntax Source, bool OverNames, Syntax Body, bool MakesFunctions, bool Awaits = false) : Syntax(Position);

internal sealed record WhileSyntax(int Position, Syntax Condition, Syntax Body, bool TestsLast, bool MakesFunctions) : Syntax(Position);

internal sealed record SwitchSyntax(int Position, Syntax Subject, IReadOnlyList<(Syntax? Test, IReadOnlyList<Syntax> Statements)> Cases) : Syntax(Position);

internal sealed record TrySyntax(int Position, Syntax Body, Syntax? Parameter, Syntax? Handler, Syntax? Finally) : Syntax(Position);

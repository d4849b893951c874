namespace Sluice.Workflows.Expressions.Parsing;

/// <param name="Members">In the order in which they were written.</param>
internal sealed record ClassSyntax(int Position, string? Name, Syntax? Parent, IReadOnlyList<ClassMemberSyntax> Members) : Syntax(Position);

internal enum ClassMemberKind
{
    Constructor,
    Method,
    Getter,
    Setter,
    Field,
    StaticBlock,
}

/// <param name="Key">A literal, what stood between brackets, or a <see cref="PrivateNameSyntax"/>; null for a static block.</param>
/// <param name="Value">The function; of a field a function that gives its first value, null for undefined.</param>
internal sealed record ClassMemberSyntax(int Position, ClassMemberKind Kind, Syntax? Key, FunctionSyntax? Value, bool IsStatic) : Syntax(Position);

/// <summary><c>#name</c>: as the property of a member, or before <c>in</c>.</summary>
internal sealed record PrivateNameSyntax(int Position, string Name) : Syntax(Position);

/// <summary><c>super(...)</c>.</summary>
internal sealed record SuperCallSyntax(int Position, IReadOnlyList<Syntax> Arguments) : Syntax(Position);

/// <summary><c>super</c> before a member.</summary>
internal sealed record SuperSyntax(int Position) : Syntax(Position);

/// <summary><c>new.target</c>.</summary>
internal sealed record NewTargetSyntax(int Position) : Syntax(Position);

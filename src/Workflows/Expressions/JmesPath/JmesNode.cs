using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.JmesPath;

/// <summary>A part of a query.</summary>
internal abstract record JmesNode;

internal sealed record CurrentNode : JmesNode;

internal sealed record FieldNode(string Name) : JmesNode;

internal sealed record IndexNode(int Index) : JmesNode;

internal sealed record SliceNode(int? Start, int? Stop, int? Step) : JmesNode;

internal sealed record LiteralNode(JsValue Value) : JmesNode;

/// <summary>The right side is evaluated on what the left side gives (also what a pipe does).</summary>
internal sealed record SequenceNode(JmesNode Left, JmesNode Right) : JmesNode;

/// <summary>The right side is evaluated on each element of what the left side gives; what is null is left out.</summary>
internal sealed record ProjectionNode(JmesNode Left, JmesNode Right) : JmesNode;

internal sealed record ValueProjectionNode(JmesNode Left, JmesNode Right) : JmesNode;

internal sealed record FilterNode(JmesNode Left, JmesNode Condition, JmesNode Right) : JmesNode;

internal sealed record FlattenNode(JmesNode Inner) : JmesNode;

internal sealed record ListNode(IReadOnlyList<JmesNode> Items) : JmesNode;

internal sealed record HashNode(IReadOnlyList<(string Name, JmesNode Value)> Fields) : JmesNode;

internal sealed record ComparisonNode(string Operator, JmesNode Left, JmesNode Right) : JmesNode;

internal sealed record OrNode(JmesNode Left, JmesNode Right) : JmesNode;

internal sealed record AndNode(JmesNode Left, JmesNode Right) : JmesNode;

internal sealed record NotNode(JmesNode Inner) : JmesNode;

internal sealed record FunctionNode(string Name, IReadOnlyList<JmesNode> Arguments) : JmesNode;

/// <summary><c>&amp;expression</c>: handed to a function unevaluated.</summary>
internal sealed record ReferenceNode(JmesNode Inner) : JmesNode;

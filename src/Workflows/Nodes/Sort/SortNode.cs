using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions;

namespace Sluice.Workflows.Nodes.Sort;

/// <summary>The order of items.</summary>
[CamelCase]
internal sealed record SortParameters
{
    /// <summary>By fields, by chance, or by code that compares two items <c>a</c> and <c>b</c>.</summary>
    [OneOf("simple", "random", "code")]
    public string Type { get; init; } = "simple";

    /// <summary>The fields, the most important first.</summary>
    public SortFields SortFieldsUi { get; init; } = new();

    /// <summary>JavaScript that gives a number below, at or above 0 for <c>a</c> and <c>b</c>.</summary>
    [AllowEmpty]
    public string Code { get; init; } = "";

    /// <summary>More about fields.</summary>
    public SortOptions Options { get; init; } = new();
}

/// <summary>The fields, the most important first.</summary>
[CamelCase]
internal sealed record SortFields
{
    /// <summary>The fields.</summary>
    public IReadOnlyList<SortField> SortField { get; init; } = [];
}

/// <summary>A field that sorts.</summary>
[CamelCase]
internal sealed record SortField
{
    /// <summary>Its name.</summary>
    [Required]
    public Parameter<string> FieldName { get; init; } = "";

    /// <summary>Whether small or large values come first.</summary>
    [OneOf("ascending", "descending")]
    public string Order { get; init; } = "ascending";
}

/// <summary>More about fields.</summary>
[CamelCase]
internal sealed record SortOptions
{
    /// <summary>Whether a dot in a field's name is part of the name.</summary>
    public bool DisableDotNotation { get; init; }
}

/// <summary>Puts items in order.</summary>
internal sealed class SortNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<SortNode, SortParameters>((p, s) => new(p, s))
    {
        Type = "sort",
        Summary = "Puts items in order: by fields, by code, or by chance.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.sort")],
    };

    private readonly SortParameters _parameters;
    private readonly CompiledExpression? _code;
    private readonly bool _isForeign;

    public SortNode(SortParameters parameters, NodeSetup setup)
    {
        _parameters = parameters;
        _isForeign = setup.IsForeign;
        if (parameters.Type is "simple" && parameters.SortFieldsUi.SortField.Count == 0) setup.Report("sortFieldsUi.sortField", "needs at least one field");
        if (parameters.Type is not "code") return;
        var compiled = ExpressionCompiler.CompileCode($"((a, b) => {{ {parameters.Code} }})($input.all()[0], $input.all()[1])");
        _code = compiled.Expression;
        foreach (var problem in compiled.Problems) setup.Report("code", problem.Message);
    }

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        var order = Enumerable.Range(0, context.Items.Count).ToArray();
        switch (_parameters.Type)
        {
            case "random":
                Shuffle(order, context.Services.Random);
                break;
            case "code":
                order = ByCode(context, order);
                break;
            default:
                order = ByFields(context, order);
                break;
        }

        return NodeResult.Of([.. order.Select(context.Same)]);
    }

    private int[] ByFields(NodeContext context, int[] order)
    {
        var dots = !_parameters.Options.DisableDotNotation;
        // The values are looked up once for each item, not once for each comparison.
        var keys = _parameters.SortFieldsUi.SortField.Select(f =>
        {
            var name = f.FieldName.Get(context, 0);
            var values = new JsValue[order.Length];
            var found = false;
            for (var i = 0; i < values.Length; i++)
            {
                var value = Fields.Get(context.Items[i].Json, name, dots);
                found |= !value.IsUndefined;
                values[i] = value.AsString is { } text ? text.ToLowerInvariant() : value;
            }

            return found || values.Length == 0 ? (Values: values, Sign: f.Order is "descending" ? -1 : 1) : throw new NodeException($"Couldn't find the field '{name}' in the input data") { Retryable = false };
        }).ToArray();
        return RunSort.Sort(order, (a, b) =>
        {
            foreach (var (values, sign) in keys)
                if (Compare(values[a], values[b]) is not 0 and var result) return result * sign;
            return 0;
        });
    }

    /// <summary>As JavaScript's less-than has it: text by its characters, everything else as numbers; what cannot be compared counts as greater.</summary>
    private int Compare(JsValue a, JsValue b)
    {
        if (a.IsNumber && b.IsNumber) return a.AsNumber == b.AsNumber ? 0 : a.AsNumber < b.AsNumber ? -1 : 1;
        if (a.AsString is { } left && b.AsString is { } right) return string.CompareOrdinal(left, right);
        if (a.DeepEquals(b)) return 0;
        // Items without the field come last; with n8n's node where the way of sorting puts them.
        if (a.IsUndefined || b.IsUndefined) return a.IsUndefined || _isForeign ? 1 : -1;
        return ValueTypes.ToNumber(a) < ValueTypes.ToNumber(b) ? -1 : 1;
    }

    private int[] ByCode(NodeContext context, int[] order)
    {
        var scope = new Scope { Clock = context.Time, TimeZone = context.TimeZone, Strict = true };
        try
        {
            return RunSort.Sort(order, (a, b) =>
            {
                scope.Items = [context.Items[a], context.Items[b]];
                var result = _code!.Evaluate(scope);
                return ParameterValues.TryNumber(result, out var number) ? Math.Sign(number) : 0;
            });
        }
        catch (ExpressionError e)
        {
            throw new NodeException($"the code failed: {e.Message}", e) { Retryable = false };
        }
    }

    private static void Shuffle(int[] order, Action<Span<byte>> random)
    {
        Span<byte> bytes = stackalloc byte[4];
        for (var i = order.Length - 1; i > 0; i--)
        {
            random(bytes);
            var other = (int)(BitConverter.ToUInt32(bytes) % (uint)(i + 1));
            (order[i], order[other]) = (order[other], order[i]);
        }
    }
}

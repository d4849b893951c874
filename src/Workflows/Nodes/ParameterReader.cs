using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json.Nodes;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;

namespace Sluice.Workflows.Nodes;

/// <summary>Reads the record of a node's parameters: literals are checked, expressions compiled.</summary>
public static class ParameterReader
{
    private static readonly FrozenDictionary<Type, Func<FieldPlan, DocumentNode, Binding, object?>> Readers =
        new Dictionary<Type, Func<FieldPlan, DocumentNode, Binding, object?>>
        {
            [typeof(Parameter<string>)] = (field, node, binding) => Read(field, node, binding, ReadText, ParameterValues.ToText),
            [typeof(Parameter<double>)] = (field, node, binding) => Read(field, node, binding, ReadNumber, ParameterValues.ToNumber),
            [typeof(Parameter<bool>)] = (field, node, binding) => Read(field, node, binding, ReadBoolean, ParameterValues.ToBoolean),
            [typeof(Parameter<JsValue>)] = ReadAny,
            [typeof(MapNode)] = static (_, node, _) => node as MapNode,
        }.ToFrozenDictionary();

    /// <summary>How JSON Schema shows parameters: the literal's type, or an expression.</summary>
    public static IReadOnlyDictionary<Type, Func<JsonObject>> Schemas { get; } = new Dictionary<Type, Func<JsonObject>>
    {
        [typeof(Parameter<string>)] = static () => new JsonObject { ["type"] = new JsonArray("string", "number", "boolean"), ["x-expression"] = true },
        [typeof(Parameter<double>)] = static () => OrExpression("number"),
        [typeof(Parameter<bool>)] = static () => OrExpression("boolean"),
        [typeof(Parameter<JsValue>)] = static () => new JsonObject { ["x-expression"] = true },
        [typeof(MapNode)] = static () => new JsonObject { ["type"] = "object" },
    };

    /// <summary>What reference tables say of parameters.</summary>
    public static IReadOnlyDictionary<Type, string> Descriptions { get; } = new Dictionary<Type, string>
    {
        [typeof(Parameter<string>)] = "string or expression",
        [typeof(Parameter<double>)] = "number or expression",
        [typeof(Parameter<bool>)] = "boolean or expression",
        [typeof(Parameter<JsValue>)] = "any value or expression",
        [typeof(MapNode)] = "map",
    };

    /// <summary>The record, or null when it has errors.</summary>
    /// <param name="unknown">What a parameter that the record does not have counts as.</param>
    public static object? Read(Type record, MapNode parameters, string objectName, ICollection<Problem> problems, Severity unknown)
    {
        var binding = new Binding(objectName, problems, "parameters") { FieldReaders = Readers, UnknownFields = unknown };
        var read = RecordBinder.Bind(record, parameters, binding);
        if (read is not null) ReportWithoutEffect(read, parameters, "parameters", objectName, problems, unknown is Severity.Warning);
        return read;
    }

    /// <summary>Says which parameters were given and change nothing here.</summary>
    private static void ReportWithoutEffect(object record, MapNode parameters, string path, string objectName, ICollection<Problem> problems, bool foreign)
    {
        var plan = RecordPlan.For(record.GetType());
        object? defaults = null;
        foreach (var entry in parameters.Entries)
        {
            if (plan.Find(entry.Name) is not { } field) continue;
            var value = field.Property.GetValue(record);
            if (foreign && field.Property.PropertyType == typeof(string) && IsExpression(entry.Value, out var text) && text.Contains("{{", StringComparison.Ordinal))
                problems.Add(new Problem(entry.Place, objectName, $"{path}.{entry.Name}", "an expression is not evaluated here: the text is taken as it stands", Severity.Warning));
            if (field.NoEffect is { } reason && !Equals(value, field.Property.GetValue(defaults ??= plan.Create())))
                problems.Add(new Problem(entry.Place, objectName, $"{path}.{entry.Name}", $"no effect: {reason}", Severity.Warning));
            else if (entry.Value is MapNode inner && value is not null && field.Property.PropertyType.IsDefined(typeof(CamelCaseAttribute), inherit: false))
                ReportWithoutEffect(value, inner, $"{path}.{entry.Name}", objectName, problems, foreign);
        }
    }

    private static Parameter<T>? Read<T>(
        FieldPlan field, DocumentNode node, Binding binding, Func<FieldPlan, ScalarNode, Binding, (bool Fine, T? Value)> literal, Func<JsValue, T> convert)
    {
        // n8n's resource locator: the value and how it was chosen.
        if (node is MapNode map && map["__rl"] is not null) node = map["value"] ?? new ScalarNode(node.Place, ScalarKind.String, "");
        if (IsExpression(node, out var text)) return Compile(text, node, binding) is { } expression ? new Parameter<T>(expression, convert) : null;
        if (node is not ScalarNode scalar)
        {
            binding.Report(node.Place, $"expected {Descriptions[typeof(Parameter<T>)]}, not {node.Describe()}");
            return null;
        }

        var (fine, value) = literal(field, scalar, binding);
        return fine ? new Parameter<T>(value!) : null;
    }

    private static (bool, string?) ReadText(FieldPlan field, ScalarNode node, Binding binding)
    {
        var refusal = node.Text.Length == 0 && field.Value.Constraints.OneOf is null && field.Value.Constraints.Length is null ? null : field.Value.Constraints.Refusal(node.Text);
        if (refusal is not null) binding.Report(node.Place, refusal);
        return (refusal is null, node.Text);
    }

    private static (bool, double) ReadNumber(FieldPlan field, ScalarNode node, Binding binding)
    {
        var number = node.Number;
        if (node.Kind != ScalarKind.Number && !double.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out number))
        {
            binding.Report(node.Place, $"expected a number or an expression, not {node.Describe()}");
            return (false, 0);
        }

        var refusal = field.Value.Constraints.Refusal(number);
        if (refusal is not null) binding.Report(node.Place, refusal);
        return (refusal is null, number);
    }

    private static (bool, bool) ReadBoolean(FieldPlan field, ScalarNode node, Binding binding)
    {
        if (node.Kind == ScalarKind.Boolean) return (true, node.Boolean);
        if (node.Text is "true" or "false") return (true, node.Text is "true");
        binding.Report(node.Place, $"expected a boolean or an expression, not {node.Describe()}");
        return (false, false);
    }

    private static object? ReadAny(FieldPlan field, DocumentNode node, Binding binding)
    {
        if (node is MapNode map && map["__rl"] is not null) node = map["value"] ?? node;
        if (!HasExpression(node)) return new Parameter<JsValue>(node.ToJs());
        var errors = binding.Errors;
        var tree = CompileTree(node, binding);
        return binding.Errors == errors ? new Parameter<JsValue>(tree, static value => value) : null;
    }

    private static bool HasExpression(DocumentNode node) => node switch
    {
        MapNode map => map.Entries.Any(e => HasExpression(e.Value)),
        ListNode list => list.Items.Any(HasExpression),
        _ => IsExpression(node, out _),
    };

    private static ItemExpression CompileTree(DocumentNode node, Binding binding) => node switch
    {
        MapNode map when HasExpression(map) => new ObjectOfExpressions([.. map.Entries.Select(e => (e.Name, CompileTree(e.Value, binding)))]),
        ListNode list when HasExpression(list) => new ArrayOfExpressions([.. list.Items.Select(i => CompileTree(i, binding))]),
        _ when IsExpression(node, out var text) => Compile(text, node, binding) ?? new LiteralExpression(default),
        _ => new LiteralExpression(node.ToJs()),
    };

    /// <summary>Whether a value is text that begins with <c>=</c>; gives it.</summary>
    internal static bool IsExpression(DocumentNode node, out string text)
    {
        text = node is ScalarNode { Kind: ScalarKind.String, Text: ['=', ..] } scalar ? scalar.Text : "";
        return node is ScalarNode { Kind: ScalarKind.String, Text: ['=', ..] };
    }

    private static ItemExpression? Compile(string text, DocumentNode node, Binding binding)
    {
        var (expression, problem) = ItemExpression.Compile(text);
        if (problem is not null) binding.Report(node.Place, problem);
        return expression;
    }

    private static JsonObject OrExpression(string type) => new()
    {
        ["anyOf"] = new JsonArray(new JsonObject { ["type"] = type }, new JsonObject { ["type"] = "string", ["pattern"] = "^=" }),
        ["x-expression"] = true,
    };
}

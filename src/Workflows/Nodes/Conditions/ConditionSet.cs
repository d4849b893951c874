using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Conditions;

/// <summary>The conditions of an if, switch or filter node, made ready when the workflow is loaded.</summary>
internal sealed class ConditionSet
{
    private static readonly FrozenDictionary<string, FrozenSet<string>> Operations = new Dictionary<string, FrozenSet<string>>
    {
        ["string"] = Set("empty", "notEmpty", "equals", "notEquals", "contains", "notContains", "startsWith", "notStartsWith", "endsWith", "notEndsWith", "regex", "notRegex"),
        ["number"] = Set("empty", "notEmpty", "equals", "notEquals", "gt", "lt", "gte", "lte"),
        ["boolean"] = Set("empty", "notEmpty", "true", "false", "equals", "notEquals"),
        ["dateTime"] = Set("empty", "notEmpty", "equals", "notEquals", "after", "before", "afterOrEquals", "beforeOrEquals"),
        ["array"] = Set("empty", "notEmpty", "contains", "notContains", "lengthEquals", "lengthNotEquals", "lengthGt", "lengthLt", "lengthGte", "lengthLte"),
        ["object"] = Set("empty", "notEmpty"),
        ["any"] = Set(),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly TimeSpan RegexLimit = TimeSpan.FromMilliseconds(50);

    private readonly Condition[] _conditions;
    private readonly bool _any;
    private readonly bool _ignoreCase;
    private readonly bool _strict;

    public ConditionSet(ConditionsParameter parameter, bool? ignoreCase, bool loose, string field, NodeSetup setup)
    {
        _any = parameter.Combinator is "or";
        _ignoreCase = ignoreCase ?? !parameter.Options.CaseSensitive;
        // n8n's editor writes the option of the node as an expression here.
        _strict = !loose && parameter.Options.TypeValidation is { IsLiteral: true, Literal: not "loose" };
        _conditions = [.. parameter.Conditions.Select(c => new Condition(c, _ignoreCase))];
        for (var i = 0; i < parameter.Conditions.Count; i++)
        {
            var op = parameter.Conditions[i].Operator;
            if (op.Operation is not ("exists" or "notExists") && !Operations[op.Type].Contains(op.Operation))
                setup.Report($"{field}.conditions[{i}].operator.operation", $"there is no comparison '{op.Operation}' of the type {op.Type}");
            if (_conditions[i].Problem is { } problem) setup.Report($"{field}.conditions[{i}].rightValue", problem);
        }
    }

    /// <summary>Whether they hold for an item.</summary>
    /// <exception cref="NodeException">A value has the wrong type.</exception>
    public bool Hold(NodeContext context, int index)
    {
        if (_conditions.Length == 0) return !_any;
        foreach (var condition in _conditions)
            if (condition.Holds(context, index, _strict) == _any) return _any;
        return !_any;
    }

    private static FrozenSet<string> Set(params string[] names) => names.ToFrozenSet(StringComparer.Ordinal);

    private sealed class Condition
    {
        private readonly ConditionParameter _parameter;
        private readonly StringComparison _comparison;
        private readonly Regex? _regex;
        private readonly string _rightType;

        public Condition(ConditionParameter parameter, bool ignoreCase)
        {
            _parameter = parameter;
            _comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
            var op = parameter.Operator;
            _rightType = op.RightType ?? (op.Type is "array" ? op.Operation.StartsWith("length", StringComparison.Ordinal) ? "number" : "any" : op.Type);
            if (op.Operation is not ("regex" or "notRegex") || !parameter.RightValue.IsLiteral) return;
            try
            {
                _regex = Compile(ParameterValues.ToText(parameter.RightValue.Literal));
            }
            catch (ArgumentException e)
            {
                Problem = e.Message;
            }
        }

        public string? Problem { get; }

        public bool Holds(NodeContext context, int index, bool strict)
        {
            var op = _parameter.Operator;
            var left = Convert(_parameter.LeftValue.Get(context, index), op.Type, strict, index);
            var exists = !left.IsNullish && !(left.IsNumber && double.IsNaN(left.AsNumber));
            if (op.Operation is "exists") return exists;
            if (op.Operation is "notExists") return !exists;
            var right = op.SingleValue ? default : Convert(_parameter.RightValue.Get(context, index), _rightType, strict, index);
            return op.Type switch
            {
                "string" => Text(op.Operation, left.AsString ?? "", right.AsString ?? ""),
                "number" => Number(op.Operation, left, right, exists),
                "boolean" => Boolean(op.Operation, left, right, exists),
                "dateTime" => Time(op.Operation, left, right, exists),
                "array" => Array(op.Operation, left.AsArray ?? new JsArray(), right),
                "object" => op.Operation is "empty" == (left.AsObject is not { Count: > 0 }),
                _ => false,
            };
        }

        private static JsValue Convert(JsValue value, string type, bool strict, int index)
        {
            // An empty text is no number; anything counts as true or false.
            if (!strict && type is "number" && value.AsString is { } blank && blank.AsSpan().Trim().IsEmpty) return JsValue.Null;
            if (!strict && type is "boolean" && !ValueTypes.TryConvert(value, type, strict: false, out _)) return ParameterValues.ToBoolean(value);
            // A date in text form is a date even where nothing is converted.
            if (ValueTypes.TryConvert(value, type, strict && type is not "dateTime", out var converted)) return converted;
            var shown = ParameterValues.ToText(value);
            var kind = value.Kind.ToString().ToLowerInvariant();
            throw new NodeException(strict
                ? $"Wrong type: '{shown}' is {Article(kind)} but was expecting {Article(type)} [item {index}]"
                : $"Conversion error: the {kind} '{shown}' can't be converted to {Article(type)} [item {index}]")
            { ItemIndex = index, Retryable = false };
        }

        private static string Article(string noun) => ("aeiou".Contains(noun[0], StringComparison.Ordinal) ? "an " : "a ") + noun;

        private bool Text(string operation, string left, string right) => operation switch
        {
            "empty" => left.Length == 0,
            "notEmpty" => left.Length > 0,
            "equals" => string.Equals(left, right, _comparison),
            "notEquals" => !string.Equals(left, right, _comparison),
            "contains" => left.Contains(right, _comparison),
            "notContains" => !left.Contains(right, _comparison),
            "startsWith" => left.StartsWith(right, _comparison),
            "notStartsWith" => !left.StartsWith(right, _comparison),
            "endsWith" => left.EndsWith(right, _comparison),
            "notEndsWith" => !left.EndsWith(right, _comparison),
            "regex" => Matches(left, right),
            _ => !Matches(left, right),
        };

        private bool Matches(string left, string pattern)
        {
            if (_comparison is StringComparison.OrdinalIgnoreCase) left = left.ToLowerInvariant();
            try
            {
                return (_regex ?? Compile(pattern)).IsMatch(left);
            }
            catch (ArgumentException e)
            {
                throw new NodeException($"'{pattern}' is no regular expression: {e.Message}", e) { Retryable = false };
            }
            catch (RegexMatchTimeoutException e)
            {
                throw new NodeException($"the regular expression '{pattern}' took too long", e) { Retryable = false };
            }
        }

        private static Regex Compile(string pattern)
        {
            var options = RegexOptions.CultureInvariant;
            var end = pattern.LastIndexOf('/');
            if (pattern.StartsWith('/') && end > 0)
            {
                if (pattern.AsSpan(end).Contains('i')) options |= RegexOptions.IgnoreCase;
                if (pattern.AsSpan(end).Contains('m')) options |= RegexOptions.Multiline;
                if (pattern.AsSpan(end).Contains('s')) options |= RegexOptions.Singleline;
                pattern = pattern[1..end];
            }

            try
            {
                return new Regex(pattern, options | RegexOptions.NonBacktracking, Regex.InfiniteMatchTimeout);
            }
            catch (NotSupportedException)
            {
                return new Regex(pattern, options, RegexLimit);
            }
        }

        private static bool Number(string operation, JsValue left, JsValue right, bool exists) => operation switch
        {
            "empty" => !exists,
            "notEmpty" => exists,
            "equals" => left.Is(right),
            "notEquals" => !left.Is(right),
            // As in JavaScript, nothing counts as 0 where numbers are ordered.
            "gt" => Ordinal(left) > Ordinal(right),
            "lt" => Ordinal(left) < Ordinal(right),
            "gte" => Ordinal(left) >= Ordinal(right),
            _ => Ordinal(left) <= Ordinal(right),
        };

        private static double Ordinal(JsValue value) => value.IsNull ? 0 : value.IsUndefined ? double.NaN : value.AsNumber;

        private static bool Boolean(string operation, JsValue left, JsValue right, bool exists) => operation switch
        {
            "empty" => !exists,
            "notEmpty" => exists,
            "true" => left.IsTrue,
            "false" => !left.IsTrue,
            "equals" => left.Is(right),
            _ => !left.Is(right),
        };

        private static bool Time(string operation, JsValue left, JsValue right, bool exists)
        {
            if (operation is "empty") return !exists;
            if (operation is "notEmpty") return exists;
            if (left.AsReference is not JsDate l || right.AsReference is not JsDate r) return false;
            return operation switch
            {
                "equals" => l.Milliseconds == r.Milliseconds,
                "notEquals" => l.Milliseconds != r.Milliseconds,
                "after" => l.Milliseconds > r.Milliseconds,
                "before" => l.Milliseconds < r.Milliseconds,
                "afterOrEquals" => l.Milliseconds >= r.Milliseconds,
                _ => l.Milliseconds <= r.Milliseconds,
            };
        }

        private bool Array(string operation, JsArray left, JsValue right) => operation switch
        {
            "contains" => Contains(left, right),
            "notContains" => !Contains(left, right),
            "lengthEquals" => left.Count == right.AsNumber && right.IsNumber,
            "lengthNotEquals" => left.Count != right.AsNumber || !right.IsNumber,
            "lengthGt" => left.Count > Ordinal(right),
            "lengthLt" => left.Count < Ordinal(right),
            "lengthGte" => left.Count >= Ordinal(right),
            "lengthLte" => left.Count <= Ordinal(right),
            "empty" => left.Count == 0,
            _ => left.Count > 0,
        };

        private bool Contains(JsArray list, JsValue value)
        {
            foreach (var element in list)
                if (element.Is(value) || (element.AsString is { } a && value.AsString is { } b && string.Equals(a, b, _comparison))) return true;
            return false;
        }
    }
}

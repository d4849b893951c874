using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Nodes.Conditions;

/// <summary>The conditions of an if, switch or filter node, made ready when the workflow is loaded.</summary>
internal sealed partial class ConditionSet
{
    /// <summary>The rules of n8n's newest conditions: blank text is no number, and "false" is false.</summary>
    public const int LatestVersion = 3;

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

    private readonly Condition[] _conditions;
    private readonly bool _any;
    private readonly bool _ignoreCase;
    private readonly bool _strict;
    private readonly int _version;

    public ConditionSet(ConditionsParameter parameter, bool? ignoreCase, bool loose, string field, NodeSetup setup)
    {
        _any = parameter.Combinator is "or";
        _ignoreCase = ignoreCase ?? !parameter.Options.CaseSensitive;
        // n8n's editor writes the option of the node as an expression here.
        _strict = !loose && parameter.Options.TypeValidation is { IsLiteral: true, Literal: not "loose" };
        _version = parameter.Options.Version is { IsLiteral: true, Literal: var version } ? (int)version : LatestVersion;
        _conditions = [.. parameter.Conditions.Select(c => new Condition(c, _ignoreCase, _version, setup.IsForeign))];
        for (var i = 0; i < parameter.Conditions.Count; i++)
        {
            var op = parameter.Conditions[i].Operator;
            if (op.Operation is not ("exists" or "notExists") && !Operations[op.Type].Contains(op.Operation))
            {
                // n8n loads such a file and lets the comparison never hold.
                if (setup.IsForeign) setup.Warn($"{field}.conditions[{i}].operator.operation", $"there is no comparison '{op.Operation}' of the type {op.Type}: it never holds");
                else setup.Report($"{field}.conditions[{i}].operator.operation", $"there is no comparison '{op.Operation}' of the type {op.Type}");
            }

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

    private sealed partial class Condition
    {
        private readonly ConditionParameter _parameter;
        private readonly StringComparison _comparison;
        private readonly Regex? _regex;
        private readonly string _rightType;
        private readonly int _version;

        /// <summary>As in n8n, ignoring case makes the text small that a pattern looks at, and not the pattern.</summary>
        private readonly bool _foldsText;

        private readonly bool _isKnown;

        public Condition(ConditionParameter parameter, bool ignoreCase, int version, bool foreign)
        {
            _version = version;
            _foldsText = foreign && ignoreCase;
            _isKnown = Operations[parameter.Operator.Type].Contains(parameter.Operator.Operation);
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
            if (_version == 0) return RawComparison.Holds(op.Type, op.Operation, _parameter.LeftValue.Get(context, index), _parameter.RightValue.Get(context, index), Matches);
            var left = Convert(_parameter.LeftValue.Get(context, index), op.Type, strict, index);
            var exists = !left.IsNullish && !(left.IsNumber && double.IsNaN(left.AsNumber));
            if (op.Operation is "exists") return exists;
            if (op.Operation is "notExists") return !exists;
            var right = op.SingleValue ? default : Convert(_parameter.RightValue.Get(context, index), _rightType, strict, index);
            if (!_isKnown) return false;
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

        private JsValue Convert(JsValue value, string type, bool strict, int index)
        {
            if (type is "number" && _version >= 3 && (value.AsString is { } blank ? blank.AsSpan().Trim().IsEmpty : value.AsArray is { Count: 0 })) return JsValue.Null;
            if (type is "number" && value.IsNumber) return value;
            if (!strict && type is "boolean" && !value.IsNullish && (_version < 2 || !ValueTypes.TryConvert(value, type, strict: false, out _))) return Coerce.ToBoolean(value);
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
            try
            {
                return (_regex ?? Compile(pattern)).IsMatch(_foldsText ? left.ToLowerInvariant() : left);
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

        /// <summary>A pattern, or one between slashes with flags behind.</summary>
        private Regex Compile(string pattern)
        {
            var flags = "";
            if (WithFlags().Match(pattern) is { Success: true } match) (pattern, flags) = (match.Groups[1].Value, match.Groups[2].Value);
            if (!_foldsText && _comparison is StringComparison.OrdinalIgnoreCase && !flags.Contains('i', StringComparison.Ordinal)) flags += "i";
            return RegexProgram.TryCompile(pattern, flags, out var problem)?.Matcher ?? throw new ArgumentException(problem);
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

        [GeneratedRegex("^/(.*?)/([gimusy]*)$", RegexOptions.ECMAScript, 100)]
        private static partial Regex WithFlags();
    }
}

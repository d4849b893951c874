using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Templates;

namespace Sluice.Gateway.Plugins.Logging;

/// <summary>
/// Kong's <c>custom_fields_by_lua</c>, as far as it needs no Lua: <c>return EXPRESSION</c> with the expressions of templates sets a top-level
/// field, <c>return nil</c> takes it out. Anything else is reported when the configuration is loaded and left out.
/// </summary>
internal sealed partial class CustomFields
{
    private readonly (string Name, Expression Value)[] fields;

    public CustomFields(IReadOnlyDictionary<string, string>? written, string plugin, ILogger log)
    {
        var read = new List<(string, Expression)>();
        foreach (var (name, code) in written ?? new Dictionary<string, string>())
        {
            var (expression, error) = Parse(code);
            if (name.Contains('.', StringComparison.Ordinal)) (expression, error) = (null, "only top-level fields can be set");
            if (expression is null) LogUnsupported(log, plugin, name, error!);
            else read.Add((name, expression));
        }

        fields = [.. read];
    }

    [GeneratedRegex(@"^\s*return\b\s*(.*?)\s*;?\s*$", RegexOptions.Singleline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ReturnStatement { get; }

    /// <summary>The expression that <paramref name="code"/> returns, or why there is none.</summary>
    internal static (Expression? Expression, string? Error) Parse(string code)
    {
        var match = ReturnStatement.Match(code);
        return match.Success ? TemplateParser.Parse(FieldText.Of(match.Groups[1].Value)) : (null, "only `return EXPRESSION` is supported");
    }

    /// <summary>Whether <paramref name="name"/> is set or taken out here, so that the entry's own value is left out.</summary>
    public bool Replaces(string name)
    {
        foreach (var field in fields)
            if (string.Equals(field.Name, name, StringComparison.Ordinal)) return true;
        return false;
    }

    public void WriteAdded(Utf8JsonWriter json, Exchange exchange)
    {
        if (fields.Length == 0) return;
        var scope = new TemplateScope(exchange);
        foreach (var (name, expression) in fields)
        {
            switch (expression.Evaluate(scope))
            {
                case null or Failure:
                    break;
                case bool flag:
                    json.WriteBoolean(name, flag);
                    break;
                case double number when double.IsFinite(number):
                    json.WriteNumber(name, number);
                    break;
                case var value:
                    json.WriteString(name, FieldText.Read(Values.Text(value)));
                    break;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Plugin}: custom_fields_by_lua.{Field} is left out, because Sluice runs no Lua: {Reason}")]
    private static partial void LogUnsupported(ILogger log, string plugin, string field, string reason);
}

/// <summary>Lua code as far as <see cref="CustomFields"/> reads it.</summary>
internal sealed class CustomFieldAttribute : RuleAttribute
{
    public override bool OnlyWarns => true;

    public override string? Refuse(string value) =>
        CustomFields.Parse(value).Error is { } error ? $"the field is left out, because Sluice runs no Lua: {error}" : null;
}

using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions;

namespace Sluice.Workflows.Tests.Expressions;

/// <summary>
/// Expressions with the values that Node.js 20, luxon 3 and n8n 2.41 gave for them. A value is compared as the JSON it makes; what JSON cannot say
/// stands under <c>is</c>, and <c>error</c> says that there has to be an <see cref="ExpressionError"/>.
/// </summary>
public sealed class ExpressionTableTests
{
    [Theory]
    [InlineData("syntax")]
    [InlineData("numbers")]
    [InlineData("strings")]
    [InlineData("regex")]
    [InlineData("arrays")]
    [InlineData("objects")]
    [InlineData("dates")]
    [InlineData("luxon")]
    [InlineData("roots")]
    [InlineData("extensions")]
    [InlineData("n8n")]
    [InlineData("locales")]
    public void Every_expression_has_its_value(string table)
    {
        var failures = new List<string>();
        foreach (var row in TestScope.Read($"expressions/{table}.json").AsArray!)
        {
            var expression = row.AsObject!["expression"].AsString!;
            var expected = row.AsObject["error"].IsTrue ? "an error" : row.AsObject["is"].AsString ?? JsJson.WriteString(row.AsObject["value"]);
            var actual = Evaluate(expression);
            if (!Agree(actual, expected)) failures.Add($"{expression}\n    expected {expected}\n    but was  {actual}");
        }

        failures.ShouldBeEmpty(string.Join('\n', failures));
    }

    [Fact]
    public void The_tables_are_long_enough() =>
        typeof(ExpressionTableTests).Assembly.GetManifestResourceNames().Where(n => n.StartsWith("expressions/", StringComparison.Ordinal)).Sum(n => TestScope.Read(n).AsArray!.Count).ShouldBeGreaterThan(1300);

    private static string Evaluate(string code)
    {
        var (expression, problems) = ExpressionCompiler.Compile("={{ " + code + " }}");
        if (expression is null) return "a problem: " + problems[0].Message;
        try
        {
            var value = expression.Evaluate(TestScope.Create());
            if (value.IsUndefined) return "undefined";
            if (value.Kind == JsKind.Function) return "function";
            if (value.IsNumber && (!double.IsFinite(value.AsNumber) || (value.AsNumber == 0 && double.IsNegative(value.AsNumber))))
                return value.AsNumber == 0 ? "-0" : double.IsNaN(value.AsNumber) ? "NaN" : value.AsNumber > 0 ? "Infinity" : "-Infinity";
            return JsJson.WriteString(value);
        }
        catch (ExpressionError e)
        {
            return "an error: " + e.Message;
        }
    }

    private static bool Agree(string actual, string expected) => expected == "an error" ? actual.StartsWith(expected, StringComparison.Ordinal) : actual == expected;
}

using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions;

namespace Sluice.Workflows.Tests.Expressions;

/// <summary>Whole parameters, as people write them into workflows, over one item, with the values that n8n 1.121 gave for them.</summary>
public sealed class PublishedExpressionTests
{
    [Fact]
    public void Every_parameter_has_its_value()
    {
        var failures = new List<string>();
        foreach (var row in TestScope.Read("published/expressions.json").AsArray!)
        {
            var expected = JsJson.WriteString(row.AsObject!["value"]);
            var actual = Evaluate(row.AsObject["expression"].AsString!);
            if (actual != expected) failures.Add($"{row.AsObject["expression"].AsString}\n    expected {expected}\n    but was  {actual}");
        }

        failures.ShouldBeEmpty(string.Join('\n', failures));
    }

    private static string Evaluate(string parameter)
    {
        if (ExpressionCompiler.Compile(parameter) is not ({ } expression, _)) return "a problem";
        // Some of them change what they are given.
        var item = new Item(TestScope.Read("published/item.json").AsObject!);
        try
        {
            var value = expression.Evaluate(new Scope { Items = [item] });
            return value.IsUndefined || value.Kind == JsKind.Function ? "undefined" : JsJson.WriteString(value);
        }
        catch (ExpressionError e)
        {
            return "an error: " + e.Message;
        }
    }
}

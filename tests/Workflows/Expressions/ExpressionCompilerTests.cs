using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions;

namespace Sluice.Workflows.Tests.Expressions;

public sealed class ExpressionCompilerTests
{
    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("=", "\"\"")]
    [InlineData("=plain", "\"plain\"")]
    [InlineData("={{ 1 + 1 }}", "2")]
    [InlineData("={{ id }}", "7")]
    [InlineData("=a {{ id }} b {{ missing.deep }} c {{ null }} d {{ false }} e {{ 0 }} f {{ [1,[2]] }} g {{ {} }}", "\"a 7 b  c  d false e 0 f 1,2 g [object Object]\"")]
    [InlineData("={{ {a: {b: 1}} }}", "{\"a\":{\"b\":1}}")]
    [InlineData("={{ '}}' + \"{{\" }}", "\"}}{{\"")]
    [InlineData("=\\{{ id }} {{ id }}", "\"\\\\{{ id }} 7\"")]
    [InlineData("={{ items.0.name }}{{ items.1.tags.0 }}", "\"Penx\"")]
    [InlineData("={{ items.1.tags.0.length }}", "1")]
    public void A_parameter_becomes_a_value(string parameter, string json) => JsJson.WriteString(Evaluate(parameter)).ShouldBe(json);

    [Theory]
    [InlineData("={{ 1 + }}", 8)]
    [InlineData("={{ a", 1)]
    [InlineData("=text {{ 'open }}", 9)]
    [InlineData("={{ process2 = 1 }}", 4)]
    [InlineData("={{ eval('1') }}", 4)]
    [InlineData("={{ Function }}", 4)]
    [InlineData("={{ require('fs') }}", 4)]
    [InlineData("={{ globalThis }}", 4)]
    [InlineData("={{ $fromAI('x') }}", 4)]
    [InlineData("={{ /(/ }}", 4)]
    [InlineData("={{ async () => 1 }}", 4)]
    [InlineData("={{ class A {} }}", 4)]
    [InlineData("={{ ({a = 1}) }}", 8)]
    [InlineData("={{ a b }}", 6)]
    [InlineData("={{ 'a' ?? 'b' || 'c' }}", 8)]
    public void Problems_are_reported_with_their_place(string parameter, int position)
    {
        var (expression, problems) = ExpressionCompiler.Compile(parameter);
        expression.ShouldBeNull();
        problems.ShouldHaveSingleItem().Position.ShouldBe(position, problems[0].Message);
    }

    [Fact]
    public void All_codes_of_a_parameter_are_checked() =>
        ExpressionCompiler.Compile("={{ 1 + }} and {{ * }}").Problems.Count.ShouldBe(2);

    [Fact]
    public void Deep_nesting_is_refused() =>
        ExpressionCompiler.Compile("={{ " + new string('(', 5000) + "1" + new string(')', 5000) + " }}").Problems.ShouldHaveSingleItem().Message.ShouldContain("nested");

    private static JsValue Evaluate(string parameter)
    {
        var (expression, problems) = ExpressionCompiler.Compile(parameter);
        problems.ShouldBeEmpty();
        var item = new Item(JsJson.Parse("""{"id":7,"items":[{"name":"Pen"},{"name":"Book","tags":["x"]}]}""").AsObject!);
        return expression!.Evaluate(new Scope { Items = [item] });
    }
}

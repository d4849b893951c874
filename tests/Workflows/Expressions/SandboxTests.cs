using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions;

namespace Sluice.Workflows.Tests.Expressions;

/// <summary>There is nothing but values: no way to the host, and none to other nodes' data except reading it.</summary>
public sealed class SandboxTests
{
    [Theory]
    [InlineData("''.constructor")]
    [InlineData("[].constructor.constructor('return process')()")]
    [InlineData("({}).constructor")]
    [InlineData("(() => 1).constructor('return 1')()")]
    [InlineData("({}).__proto__")]
    [InlineData("({})['__pro' + 'to__']")]
    [InlineData("Math.constructor")]
    [InlineData("$json.constructor")]
    [InlineData("$input.all.constructor")]
    [InlineData("Object.prototype")]
    [InlineData("Object.getPrototypeOf({})")]
    [InlineData("(1).constructor")]
    [InlineData("/a/.constructor")]
    [InlineData("new Date().constructor")]
    [InlineData("$now.constructor")]
    [InlineData("[].map.constructor")]
    [InlineData("new Error('x').constructor")]
    [InlineData("(() => { const o = {}; o.__proto__ = {a: 1}; return o.a })()")]
    [InlineData("(() => { const o = {}; o['constructor'] = 1 })()")]
    [InlineData("$env.SECRET")]
    [InlineData("$secrets.key")]
    [InlineData("$('Nowhere').item")]
    public void Leads_nowhere(string code)
    {
        var (expression, problems) = ExpressionCompiler.CompileCode(code);
        if (expression is null) problems.ShouldNotBeEmpty();
        else Should.Throw<ExpressionError>(() => expression.Evaluate(TestScope.Create())).Kind.ShouldBe(ExpressionErrorKind.Refused);
    }

    [Theory]
    [InlineData("JSON.parse('{\"__proto__\": {\"polluted\": 1}}').polluted", "null")]
    [InlineData("({}).polluted", "null")]
    [InlineData("JSON.parse('{\"constructor\": 5}').constructor", "5")]
    [InlineData("(function () { return typeof this })()", "\"undefined\"")]
    public void Names_in_data_are_only_names(string code, string json) => JsJson.WriteString(Evaluate(code, TestScope.Create())).ShouldBe(json);

    [Theory]
    [InlineData("(() => { $json.list.push(4); $json.nested.deep.value = 0; delete $json.name; return [$json.list.length, $json.nested.deep.value, $json.name ?? 'gone'] })()", "[4,0,\"gone\"]")]
    [InlineData("(() => { $input.all().forEach(i => { i.json.id = 0 }); return $input.first().json.id })()", "0")]
    [InlineData("$json.items.map(i => { i.price = 0; return i.price })", "[0,0,0]")]
    [InlineData("$json.list.sort().concat($json.list)", "[1,2,3,1,2,3]")]
    [InlineData("Object.assign($json.nested, {x: 1}).x + $json.nested.x", "2")]
    public void Changes_are_seen_only_by_the_evaluation_that_makes_them(string code, string json)
    {
        var scope = TestScope.Create();
        var before = JsJson.WriteString(scope.Items[0].Json);
        JsJson.WriteString(Evaluate(code, scope)).ShouldBe(json);
        JsJson.WriteString(scope.Items[0].Json).ShouldBe(before);
        scope.Items[1].Json["id"].AsNumber.ShouldBe(2);
    }

    [Fact]
    public void What_an_expression_throws_makes_it_undefined_unless_the_scope_is_strict()
    {
        var scope = TestScope.Create();
        Evaluate("$json.missing.deep + 1", scope).IsUndefined.ShouldBeTrue();
        scope.Strict = true;
        Should.Throw<ExpressionError>(() => Evaluate("$json.missing.deep", scope)).Kind.ShouldBe(ExpressionErrorKind.Thrown);
    }

    [Fact]
    public void The_environment_is_read_by_name_only()
    {
        var scope = TestScope.Create();
        scope.Environment = name => name == "REGION" ? "eu" : default;
        JsJson.WriteString(Evaluate("[$env.REGION, $env.HOME, Object.keys($env)]", scope)).ShouldBe("[\"eu\",null,[]]");
    }

    [Fact]
    public async Task Threads_share_what_was_compiled()
    {
        var expression = ExpressionCompiler.Compile("={{ $json.items.map(i => i.price * i.qty).reduce((a, b) => a + b, 0) + $json.text.replace(/q(\\w+)/, '$1') }}").Expression!;
        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            var scope = TestScope.Create();
            return Enumerable.Range(0, 500).Select(_ => expression.Evaluate(scope).AsString).Distinct().ToList();
        })));
        results.ShouldAllBe(r => r.Count == 1 && r[0] == "30The uick brown fox");
    }

    private static JsValue Evaluate(string code, Scope scope) => ExpressionCompiler.CompileCode(code).Expression.ShouldNotBeNull().Evaluate(scope);
}

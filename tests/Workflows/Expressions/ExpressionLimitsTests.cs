using System.Diagnostics;
using Sluice.Workflows.Expressions;

namespace Sluice.Workflows.Tests.Expressions;

/// <summary>Whatever an expression tries, it ends soon and with a clear error.</summary>
public sealed class ExpressionLimitsTests
{
    [Theory]
    [InlineData("(() => { while (true) {} })()")]
    [InlineData("(() => { for (;;) {} })()")]
    [InlineData("(() => { do {} while (true) })()")]
    [InlineData("(() => { const f = () => f(); return f() })()")]
    [InlineData("(function f() { return f() + 1 })()")]
    [InlineData("(() => { const f = n => [1, 2].map(() => f(n + 1)); return f(0) })()")]
    [InlineData("(() => { const o = {toString() { return `${o}` }}; return `${o}` })()")]
    [InlineData("(() => { for (;;) { try { null.x } catch (e) {} } })()")]
    [InlineData("'a'.repeat(1e9)")]
    [InlineData("'ab'.padEnd(2 ** 31, 'x')")]
    [InlineData("(() => { let s = 'a'; while (true) s += s })()")]
    [InlineData("(() => { let s = 'x'.repeat(1000); for (let i = 0; i < 1e6; i++) s += 'y'; return s })()")]
    [InlineData("Array(1e9).fill(0)")]
    [InlineData("Array.from({length: 1e9})")]
    [InlineData("Array.from({length: Infinity}, (_, i) => i)")]
    [InlineData("(() => { const a = []; a[1e9] = 1; return a })()")]
    [InlineData("(() => { const a = []; while (true) a.push(a) })()")]
    [InlineData("(() => { let a = [1]; while (true) a = [...a, ...a] })()")]
    [InlineData("(() => { const a = [1]; for (const x of a) a.push(x) })()")]
    [InlineData("(() => { const m = new Map([[1, 1]]); for (const [k] of m) m.set(k + 1, 1) })()")]
    [InlineData("(() => { let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return JSON.stringify(a) })()")]
    [InlineData("(() => { const a = []; a.push(a); return JSON.stringify(a) })()")]
    [InlineData("(() => { const a = []; a.push(a); return String(a) })()")]
    [InlineData("(() => { const a = []; a.push(a, a); return a.flat(Infinity) })()")]
    [InlineData("/^(?=(a+)+$)b/.test('a'.repeat(60) + 'c')")]
    [InlineData("/(x+x+)+y\\1/.exec('x'.repeat(100))")]
    [InlineData("new RegExp('(?!b)(a|a)*$').exec('a'.repeat(5000) + 'b')")]
    [InlineData("'a'.repeat(1e6).replace(/a/g, 'b'.repeat(1000))")]
    [InlineData("'a'.repeat(1e6).split('').map(x => 'a'.repeat(1e6).indexOf('b'))")]
    [InlineData("(() => { for (let i = 0; i < 1e6; i++) ('a'.repeat(500000)).indexOf('a'.repeat(250000) + 'b') })()")]
    [InlineData("2n ** (2n ** 40n)")]
    [InlineData("(() => { let n = 3n; for (;;) n = n * n % (10n ** 5000n) })()")]
    [InlineData("JSON.parse('['.repeat(100000))")]
    [InlineData("numberList(0, 1e12)")]
    [InlineData("$json.list.map(() => 'x'.repeat(3e7))")]
    [InlineData("DateTime.now().until(DateTime.now().plus({years: 1000})).splitBy({milliseconds: 1})")]
    [InlineData("[...'ab'.repeat(3e6)].sort((a, b) => 0)")]
    [InlineData("Array(200000).fill('x').join(',').split(',').reverse().sort().map(x => x.repeat(1000))")]
    public void Runs_away_no_further_than_its_budget(string code)
    {
        var clock = Stopwatch.StartNew();
        var error = Should.Throw<ExpressionError>(() => Evaluate(code));
        error.Message.ShouldNotBeEmpty();
        // The aim is 50 ms on a machine that does nothing else; a busy one is given time.
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public void A_budget_cannot_be_caught() =>
        Should.Throw<ExpressionError>(() => Evaluate("(() => { try { while (true) {} } catch (e) { return 'caught' } finally { return 'kept' } })()")).Kind.ShouldBe(ExpressionErrorKind.LimitExceeded);

    [Fact]
    public void More_items_may_take_more() => ExpressionLimits.ForItems(100_000).Steps.ShouldBeGreaterThan(ExpressionLimits.Default.Steps);

    private static void Evaluate(string code) => ExpressionCompiler.CompileCode(code).Expression.ShouldNotBeNull().Evaluate(Strict());

    private static Scope Strict()
    {
        var scope = TestScope.Create();
        scope.Strict = true;
        return scope;
    }
}

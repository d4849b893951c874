using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions;
using Sluice.Workflows.Expressions.Scripts;

namespace Sluice.Workflows.Tests.Expressions.Scripts;

/// <summary>Bodies of functions with the values that Node.js 20 gave for them, as JSON; <c>is</c> where JSON cannot say it.</summary>
public sealed class ScriptTableTests
{
    private static readonly HashSet<string> Given = new(StringComparer.Ordinal) { "items", "item", "console" };

    [Theory]
    [InlineData("async")]
    [InlineData("bytes")]
    [InlineData("classes")]
    [InlineData("everyday")]
    [InlineData("functions")]
    [InlineData("generators")]
    [InlineData("library")]
    [InlineData("statements")]
    public void Every_script_has_its_value(string table)
    {
        var failures = new List<string>();
        foreach (var row in TestScope.Read($"scripts/{table}.json").AsArray!)
        {
            var code = row.AsObject!["code"].AsString!;
            var expected = row.AsObject["is"].AsString ?? JsJson.WriteString(row.AsObject["value"]);
            var actual = Run(code);
            if (actual != expected) failures.Add($"{code}\n    expected {expected}\n    but was  {actual}");
        }

        failures.ShouldBeEmpty(string.Join('\n', failures));
    }

    [Fact]
    public void The_tables_are_long_enough() =>
        typeof(ScriptTableTests).Assembly.GetManifestResourceNames().Where(n => n.StartsWith("scripts/", StringComparison.Ordinal)).Sum(n => TestScope.Read(n).AsArray!.Count).ShouldBeGreaterThan(580);

    [Theory]
    [InlineData("new Function('return 1')", "line 1: 'Function' is not available: code cannot make code while it runs")]
    [InlineData("\neval('1')", "line 2: 'eval' is not available: code cannot make code while it runs")]
    [InlineData("class A { constructor() {} constructor() {} }", "line 1: a class has only one constructor")]
    [InlineData("class A { m() { return this.#p } }", "line 1: the private member '#p' is not declared in a class around this")]
    [InlineData("for (;;) { break nowhere }", "line 1: there is no label 'nowhere' around this")]
    [InlineData("function f() { yield 1 }", "line 1: unexpected '1'")]
    [InlineData("super.x", "line 1: 'super' stands in a class that extends another")]
    [InlineData("const o = { #p: 1 }", "line 1: unexpected '#'")]
    public void What_cannot_be_is_said_before_it_runs(string code, string problem) => Script.Compile(code, Given).Problem.ShouldBe(problem);

    [Theory]
    [InlineData("1+")]
    [InlineData("await 1+")]
    [InlineData("x.a().")]
    [InlineData("-")]
    [InlineData("a => ")]
    [InlineData("a = ")]
    [InlineData("x ? 1 : ")]
    [InlineData("class A extends ")]
    [InlineData("l: ")]
    [InlineData("if (1) ; else ")]
    [InlineData("[")]
    [InlineData("(function* () { yield ")]
    public void What_is_too_deep_is_refused_and_does_not_end_the_process(string repeated)
    {
        var problem = Script.Compile(string.Concat(Enumerable.Repeat(repeated, 20_000)) + "1", Given).Problem.ShouldNotBeNull();
        problem.ShouldMatch("too long|nested deeper");
    }

    [Theory]
    [InlineData("function f() {\n  throw new Error('deep')\n}\ntry { f() } catch (e) { return e.stack }", "\"Error: deep\\n    at code:2:3\"")]
    [InlineData("try {\n null.x\n} catch (e) { return e.stack.split('\\n')[1] }", "\"    at code:2:2\"")]
    [InlineData("async function f() {\n  await 1;\n  undefined.x }\n\nawait f()", "TypeError: Cannot read properties of undefined (reading 'x') (line 3)")]
    [InlineData("\nrequire('fs')", "Cannot find module 'fs': code is given only 'buffer', 'crypto', 'luxon', 'url' (line 2)")]
    [InlineData("return require('luxon').DateTime.fromISO('2024-01-01', { zone: 'utc' }).toISODate()", "\"2024-01-01\"")]
    public void Errors_say_their_line(string code, string expected) => Run(code).ShouldBe(expected);

    [Theory]
    [InlineData("function* g() { while (true) yield 1 } for (const x of g()) ;")]
    [InlineData("function* g() { yield* g() } [...g()]")]
    [InlineData("async function f() { await null; return f() } await f()")]
    [InlineData("const again = () => Promise.resolve().then(again); await again()")]
    [InlineData("async function* g() { for (;;) yield 1 } for await (const x of g()) ;")]
    [InlineData("class A { constructor() { new A() } } new A()")]
    [InlineData("class A { get a() { return this.a } } new A().a")]
    [InlineData("class A { x = new A() } new A()")]
    [InlineData("const o = { toJSON() { return { o: this } } }; JSON.stringify(o)")]
    [InlineData("const o = { get a() { for (;;) ; } }; JSON.stringify(o)")]
    [InlineData("const o = { get a() { for (;;) ; } }; return o")]
    [InlineData("[1, 2].sort({ [Symbol.toPrimitive]() {} }.x ?? (() => { for (;;) ; }))")]
    [InlineData("const o = { [Symbol.iterator]: () => ({ next: () => ({}) }) }; [...o]")]
    [InlineData("const o = { [Symbol.iterator]: () => ({ next: () => ({}) }) }; const [...r] = o")]
    [InlineData("const o = { toString() { for (;;) ; } }; '' + o")]
    [InlineData("await { then(r) { r(this) } }")]
    [InlineData("function f() { f`x` } f()")]
    [InlineData("let a = []; for (;;) a = new Uint8Array(1e6)")]
    [InlineData("let b = Buffer.from('x'); for (;;) b = Buffer.concat([b, b])")]
    [InlineData("const all = []; for (;;) all.push((async () => { await new Promise(() => {}) })())")]
    [InlineData("require('crypto').pbkdf2Sync('a', 'b', 5e6, 4096, 'sha512')")]
    [InlineData("for (;;) { try { throw 1 } catch {} finally { continue } }")]
    [InlineData("x: for (;;) { for (;;) continue x }")]
    public void Nothing_escapes_the_budget(string code)
    {
        var failure = Should.Throw<ScriptException>(() => Execute(code, new ExpressionLimits { Steps = 2_000_000, Bytes = 64 << 20, Depth = 400 }));
        failure.Message.ShouldMatch("the code (takes more than|makes more than|needs more memory)|functions call each other deeper|the data is nested too deeply|circular|Array buffer allocation", code);
    }

    private static string Run(string code)
    {
        try
        {
            var value = Execute(code, new ExpressionLimits { Steps = 50_000_000, Bytes = 1L << 30, Depth = 500 });
            return value.IsUndefined ? "undefined" : JsJson.WriteString(value);
        }
        catch (ScriptException e)
        {
            return $"{e.Message} (line {e.Line})";
        }
    }

    private static JsValue Execute(string code, ExpressionLimits limits)
    {
        var (script, problem) = Script.Compile(code, Given);
        if (script is null) throw new ScriptException("problem: " + problem, 0);
        var none = new Dictionary<string, JsValue>(StringComparer.Ordinal) { ["items"] = new JsArray(), ["item"] = default, ["console"] = new JsObject() };
        return script.Run(new Scope { Strict = true, Limits = limits, ExtraRoots = none });
    }
}

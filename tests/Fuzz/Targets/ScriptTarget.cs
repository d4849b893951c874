using System.Diagnostics;
using System.Text;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions;
using Sluice.Workflows.Expressions.Scripts;
using Sluice.Workflows.Sandbox;

namespace Sluice.Fuzz.Targets;

/// <summary>The code of workflows: whatever it is, it is refused, fails, or gives plain data, within its budget.</summary>
internal sealed class ScriptTarget() : FuzzTarget("script")
{
    /// <summary>Far more than the budget takes on an idle machine.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(20);

    private static readonly HashSet<string> Given = new(StringComparer.Ordinal) { "items", "console" };

    public override IReadOnlyList<byte[]> Pieces { get; } = AllOf(
        "for (;;) ", "while (true) {", "do {", "} while (x)", "function f() {", "function* g() {", "async function h() {", "async () => ", "await ", "yield ", "yield* ", "return ", "throw ", "try {", "} catch (e) {", "} finally {",
        "class A {", " extends ", "super(", "super.m()", "static ", "static {", "#p", "get a() {", "set a(v) {", "constructor() {", "new.target", "new ", "this", "arguments", "let ", "const ", "var ", "break ", "continue ", "label: ",
        "switch (x) {", "case 1: ", "default: ", "if (", "else ", "for (const x of ", "for (const k in ", "for await (const x of ", "...", "?.", "??=", "**", "=>", "`${", "}`", "}", ")", "]", "{", "(", "[", ";", ",",
        "Symbol.iterator", "Symbol.asyncIterator", "Symbol.toPrimitive", "[Symbol.iterator]() {", "toJSON() {", "toString() {", "valueOf() {", "then(r) {", "Promise.all(", "Promise.race(", "queueMicrotask(", "Object.defineProperty(", "Object.create(",
        "JSON.stringify(", "JSON.parse(", "structuredClone(", "Array(1e9)", "'x'.repeat(", ".padEnd(", ".fill(", ".sort(", ".flat(Infinity)", ".replace(/(a+)+$/, ", ".map(", ".reduce(", "new Map", "new Set", "new WeakMap", "new Uint8Array(", "Buffer.concat(",
        "BigInt(", "1n ** ", "10n", "toLocaleString('de')", "Intl.DateTimeFormat('fr', ", "DateTime.now()", ".toFormat('DDDD')", "require('crypto')", "items[0]", "console.log(", "\\u{1F600}", "/(?<n>.)\\k<n>/u", "s += s");

    protected override IEnumerable<byte[]> Samples =>
    [
        Bytes(ScriptRunner.Example()["code"].AsString!),
        .. AllOf(
            "let s = ''; for (const { json } of items) { s += json.name + '\\n'; if (s.length > 5) s += s; } return [{ json: { s } }]",
            "class A { #p = 1; static s = A.name; static { this.t = 2 } get p() { return this.#p } set p(v) { this.#p = v } m() { return this } } class B extends A { constructor() { super(); this.q = super.p } m() { return super.m() } } const b = new B(); b.p = 3; return { b: b.m().p, q: b.q, t: B.t }",
            "function* g(n) { try { while (n--) { const x = yield n; if (x) n = x } } finally { yield 'end' } } const it = g(3); it.next(); it.next(5); return [...it, ...g(2)]",
            "async function* a() { for (let i = 0; i < 3; i++) yield await i } const out = []; for await (const x of a()) out.push(x); return out",
            "const r = await Promise.allSettled([1, Promise.reject(new Error('no')), new Promise(f => setTimeout(f, 1)), { then(f) { f(2) } }]); return r.map(x => x.reason?.message ?? x.value)",
            "outer: for (let i = 0; i < 9; i++) { for (const j of [1, 2, 3]) { switch (j) { case 2: continue outer; case 3: break outer; default: } } } return [() => 1, function () { return typeof this }].map(f => f())",
            "try { try { null.x } finally { throw new TypeError('t', { cause: 1 }) } } catch ({ name, message, cause, stack }) { return { name, message, cause, s: stack.length } }",
            "const o = { get a() { return this.b }, set a(v) { this.b = v }, ['c' + 1]: 2, async d() {}, *e() { yield 1 }, toJSON() { return { ...this, x: 1 } } }; o.a = 4; return JSON.stringify([o, Object.entries(o)])",
            "const groups = items.reduce((a, { json: { kind = 'none', ...rest } }) => { (a[kind] ||= []).push(rest); return a }, {}); return Object.entries(groups).map(([k, v], i) => ({ json: { k, n: v.length, i } }))",
            "const m = new Map([[1, 'a']]), t = (s, ...v) => s.raw.join('|') + v; m.set(NaN, m); let [x, , y = 2, ...z] = [1, 2, undefined, 4]; [x, y] = [y, x]; return [t`a${x}b${y}\\n`, z, m.size, 0b11n ** 20n + '', 'aXbX'.replace(/x/gi, (c, i) => i)]",
            "const b = Buffer.from('hällo'), v = new DataView(new ArrayBuffer(8)); v.setFloat32(0, 1.5); return [b.toString('base64'), v.getInt16(0), new TextDecoder().decode(b), [...new Uint8Array([1, 2]).entries()]]",
            "var f = function self(n) { return n < 2 ? n : self(n - 1) + self(n - 2) }; i = 0; do { i++ } while (f(i) < 20); return { i, d: new Date(0).toLocaleDateString('de', { dateStyle: 'full' }), l: DateTime.utc(2024).setLocale('pl').toFormat('DDDD') }"),
    ];

    protected override void Run(byte[] input)
    {
        // Real timers would only make it slow.
        var source = "const setTimeout = f => queueMicrotask(f), setInterval = setTimeout, setImmediate = setTimeout;" + Encoding.UTF8.GetString(input);
        var (script, problem) = Script.Compile(source, Given);
        (script is null).ShouldBe(problem is not null, "a problem exactly where there is no script");
        if (script is null) return;
        var roots = new Dictionary<string, JsValue>(StringComparer.Ordinal)
        {
            ["items"] = JsJson.Parse("""[{"json":{"name":"Ada","n":1,"kind":"x"}},{"json":{"name":"Zoë","n":2.5,"list":[1,[2]]}}]"""),
            ["console"] = ScriptRoots.Console(_ => { }),
        };
        var clock = Stopwatch.StartNew();
        try
        {
            var value = script.Run(new Scope { Strict = true, Limits = new ExpressionLimits { Steps = 300_000, Bytes = 16 << 20, Depth = 300 }, ExtraRoots = roots });
            if (value.AsReference is JsObject or JsArray) JsJson.WriteString(value);
        }
        catch (ScriptException failure)
        {
            failure.Message.ShouldNotBeNullOrEmpty();
        }

        clock.Elapsed.ShouldBeLessThan(Most, "the budget is kept");
    }
}

using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions;
using Sluice.Workflows.Expressions.Scripts;

namespace Sluice.Workflows.Sandbox;

/// <summary>Runs the code of one request at a time.</summary>
internal sealed class ScriptRunner
{
    private const int CachedScripts = 64, MaximumLines = 1000, MaximumLineLength = 4096;

    private readonly Dictionary<string, Script> _scripts = new(StringComparer.Ordinal);

    /// <param name="request">What <see cref="CodeCall"/> writes.</param>
    /// <param name="ask">Asks the gateway about other nodes.</param>
    /// <returns><c>value</c>, or <c>values</c> with one outcome for each item, or <c>error</c> and <c>line</c>; and the <c>log</c>.</returns>
    public JsObject Run(JsObject request, Func<JsObject, JsObject> ask)
    {
        var log = new JsArray();
        var done = new JsObject { ["log"] = log };
        try
        {
            var files = new CodeFiles(ask);
            var scope = RemoteScope.Of(request, ask);
            scope.Attach = files.Attach;
            files.AttachAll(request["items"].AsArray ?? new JsArray());
            var script = Compiled(request["code"].AsString ?? "");
            var console = ScriptRoots.Console(line =>
            {
                if (log.Count < MaximumLines) log.Add(line.Length > MaximumLineLength ? line[..MaximumLineLength] + "..." : line);
                else if (log.Count == MaximumLines) log.Add("(more lines are left out)");
            });
            var roots = new CodeRoots(request, ask, files, console);
            roots.AddCustomData(scope);
            if (request["mode"].AsString is "each" or "functionItem") done.Set("values", RunEach(script, scope, request, roots));
            else
            {
                scope.ExtraRoots = roots.For(request["items"], default);
                var value = script.Run(scope, roots.This);
                if (!value.IsUndefined) done.Set("value", value);
            }

            roots.Finish(done);
        }
        catch (ScriptException e)
        {
            done.Set("error", e.Message);
            done.Set("line", e.Line);
            if (e.Exhausted) done.Set("exhausted", true);
        }
        catch (OutOfMemoryException)
        {
            done.Set("error", "the code needs more memory than it may have");
            done.Set("exhausted", true);
        }

        return done;
    }

    /// <summary>A request that touches much of what code uses.</summary>
    public static JsObject Example() => new()
    {
        ["code"] = """
            const seen = new Map(), kinds = new Set(['a']);
            async function twice(x) { return x * 2; }
            for (const { json: { n, s }, ...rest } of $input.all()) {
              if (seen.has(n)) continue;
              seen.set(n, s?.toUpperCase().replace(/[aeiou]/g, v => `<${v}>`) ?? null);
            }
            console.log('seen', [...seen.keys()]);
            try { null.x } catch (e) { kinds.add(e.message) }
            const day = DateTime.fromISO('2026-03-01').setZone('Europe/Berlin').plus({ days: 1 }).toFormat('yyyy-LL-dd');
            const sum = items.map(i => i.json.n).filter(n => n > 1).reduce((a, b) => a + b, 0);
            const all = await Promise.all(items.map(async i => await twice(i.json.n)));
            class Base { #n = 1; static made = 0; constructor(n) { this.#n = n; Base.made++ } get n() { return this.#n } }
            class Derived extends Base { constructor(n) { super(n) } toJSON() { return { n: super.n } } }
            function* count() { try { for (let i = 0; i < 3; i++) yield i } finally { kinds.add('end') } }
            async function* later() { for (const x of count()) { await null; yield x } }
            for await (const x of later()) kinds.add(x);
            const crypto = require('crypto'), id = Buffer.from(crypto.createHash('sha256').update('x').digest('hex')).toString('base64');
            crypto.createHash('md5').update('x').digest('hex'); crypto.createHmac('sha1', 'k').update('x').digest(); crypto.createHmac('sha512', 'k').update('x').digest(); crypto.randomUUID();
            const made = JSON.stringify([new Derived(2), ...count(), id, new Intl.NumberFormat('en').format(1), (1.5).toLocaleString(), new Date(0).toLocaleString(), new Date(0).toLocaleString('de')]);
            await new Promise(done => setTimeout(done, 1));
            return items.map((i, at) => ({ json: { ...i.json, sum, day, all, at, text: JSON.stringify(JSON.parse('{"a":[1,2]}')), date: new Date(0).toISOString(), hash: 'x'.hash() } }));
            """,
        ["mode"] = "all",
        ["zone"] = "UTC",
        ["items"] = new JsArray([Example(1), Example(2)]),
    };

    private static JsObject Example(int n) => new() { ["json"] = new JsObject { ["n"] = n, ["s"] = "some text" }, ["pairedItem"] = n };

    private static JsArray RunEach(Script script, Scope scope, JsObject request, CodeRoots roots)
    {
        var items = request["items"].AsArray!;
        var outcomes = new JsArray(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            scope.ItemIndex = i;
            var item = request["mode"].AsString is "functionItem" ? items[i].AsObject!["json"] : items[i];
            scope.ExtraRoots = roots.For(items, item);
            var outcome = new JsObject(2);
            outcomes.Add(outcome);
            try
            {
                var value = script.Run(scope, roots.This);
                if (!value.IsUndefined) outcome.Set("value", value);
            }
            catch (ScriptException e) when (!e.Exhausted)
            {
                outcome.Set("error", e.Message);
                outcome.Set("line", e.Line);
                if (!request["continueOnFail"].IsTrue) break;
            }
        }

        return outcomes;
    }

    private Script Compiled(string code)
    {
        if (_scripts.TryGetValue(code, out var known)) return known;
        if (_scripts.Count >= CachedScripts) _scripts.Clear();
        var (script, problem) = Script.Compile(code, CodeRoots.Names);
        return _scripts[code] = script ?? throw new ScriptException(problem!, 0);
    }
}

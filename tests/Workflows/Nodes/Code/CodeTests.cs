using Sluice.Foundation.Errors;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Runs;
using Sluice.Workflows.Sandbox;

namespace Sluice.Workflows.Tests.Nodes.Code;

/// <summary>The processes that the tests of code share: they are what is tested, and slow to start.</summary>
public sealed class SharedWorkers : IAsyncDisposable
{
    public CodeWorkers Workers { get; } = new();

    public ValueTask DisposeAsync() => Workers.DisposeAsync();
}

/// <summary>What code gets and gives.</summary>
public sealed class CodeTests(SharedWorkers shared) : IClassFixture<SharedWorkers>
{
    [Theory]
    [InlineData("return items", """[{"n":1},{"n":2}]""")]
    [InlineData("return $input.all().map(i => ({ json: { twice: i.json.n * 2 } }))", """[{"twice":2},{"twice":4}]""")]
    [InlineData("items[0].json.n = 7; return items", """[{"n":7},{"n":2}]""")]
    [InlineData("return [{ a: 1 }, { json: { b: 2 } }]", """[{"a":1},{"b":2}]""")]
    [InlineData("return { sum: items.reduce((s, i) => s + i.json.n, 0) }", """[{"sum":3}]""")]
    [InlineData("const wait = ms => new Promise(done => setTimeout(done, ms)); await wait(5); return [{ x: await Promise.all([1, Promise.resolve(2)]) }]", """[{"x":[1,2]}]""")]
    [InlineData("async function f(x) { if (x > 1) throw new Error('big'); return x }\nconst r = await Promise.allSettled([f(1), f(2)]); return [{ r: r.map(x => x.status) }]", """[{"r":["fulfilled","rejected"]}]""")]
    [InlineData("let out = []; for await (const x of [1, Promise.resolve(2)]) out.push(x); return [{ out }]", """[{"out":[1,2]}]""")]
    [InlineData("const order = []; Promise.resolve().then(() => order.push('later')); order.push('now'); await null; await Promise.resolve(); return [{ order }]", """[{"order":["now","later"]}]""")]
    [InlineData("function twice(x) { return x * 2 } return [{ x: hoisted(3) }]; function hoisted(x) { return twice(x) }", """[{"x":6}]""")]
    [InlineData("try { $('Nobody').all() } catch (e) { return [{ caught: e.message }] }", """[{"caught":"there is no node 'Nobody'"}]""")]
    [InlineData("return [{ start: $('Start').all().map(i => i.json.n), first: $node['Start'].json.n, w: $workflow.name, zone: $now.zoneName }]", """[{"start":[1,2],"first":1,"w":"code","zone":"Europe/Berlin"}]""")]
    [InlineData("const o = { async load() { return 5 }, plain() { return this.v }, v: 3 }; return [{ a: await o.load(), b: o.plain() }]", """[{"a":5,"b":3}]""")]
    [InlineData("const name = 'async'; const async = (x) => x + 1; return [{ a: async(1), t: typeof somethingUnknown, u: typeof require }]", """[{"a":2,"t":"undefined","u":"function"}]""")]
    [InlineData("return [{ d: DateTime.fromISO('2026-03-29T01:30', { zone: 'America/New_York' }).plus({ hours: 1 }).toISO(), h: 'abc'.hash('sha256').slice(0, 8) }]", """[{"d":"2026-03-29T02:30:00.000-04:00","h":"ba7816bf"}]""")]
    public async Task Runs_once_for_all_items(string code, string expected) => Runs.Workflows.Show(await All(code)).ShouldBe(expected);

    [Theory]
    [InlineData("return { json: { ...$json, index: $itemIndex } }", """[{"n":1,"index":0},{"n":2,"index":1}]""")]
    [InlineData("$input.item.json.m = 1; return $input.item", """[{"n":1,"m":1},{"n":2,"m":1}]""")]
    [InlineData("if ($json.n === 1) return null; return { kept: item.json.n }", """[{"kept":2}]""")]
    public async Task Runs_once_for_each_item(string code, string expected) => Runs.Workflows.Show(await Each(code)).ShouldBe(expected);

    [Theory]
    [InlineData("return 7", "the code has to return an array of items, not 7")]
    [InlineData("const x = 1", "the code has to return an array of items, not undefined")]
    [InlineData("return [1]", "the element 0 is 1, not an object")]
    [InlineData("return [{ json: 'text' }]", "the field 'json' of the element 0 is 'text', not an object")]
    [InlineData("return [{ json: {}, more: 1 }]", "the element 0 has a field 'more' beside 'json'; the data of an item is in 'json'")]
    [InlineData("const a = 1;\n\nconst b = a.c.d;\nreturn []", "TypeError: Cannot read properties of undefined (reading 'd') (line 3)")]
    [InlineData("function f() {\n  throw new RangeError('inside');\n}\nf();", "RangeError: inside (line 2)")]
    [InlineData("missing + 1", "ReferenceError: missing is not defined (line 1)")]
    [InlineData("await new Promise(() => {})", "this waits for a promise that nothing will ever settle (line 1)")]
    [InlineData("Promise.reject(new Error('nobody looks')); return []", "nobody looks (line 1)")]
    [InlineData("const o = {}; o.o = o; return [o]", "the data is nested too deeply, or contains itself (line 1)")]
    public async Task Says_what_went_wrong_and_where(string code, string message) => (await Should.ThrowAsync<NodeException>(() => All(code))).Message.ShouldBe(message);

    [Fact]
    public async Task Pairs_items_and_passes_files_on()
    {
        var file = new BinaryData { MimeType = "text/plain", Size = 2, Content = "hi"u8.ToArray() };
        var items = new[] { new Item(new JsObject { ["n"] = 1 }), new Item(new JsObject { ["n"] = 2 }) { Binary = new Dictionary<string, BinaryData> { ["data"] = file } } };
        var output = await Run("""return [items[1], { json: {}, binary: { made: { data: 'aGV5', mimeType: 'text/x' } }, pairedItem: 0 }]""", items: items);
        output[0].PairedItems.ShouldBe([new PairedItem(1)]);
        output[0].Binary!["data"].ShouldBeSameAs(file);
        output[1].PairedItems.ShouldBe([new PairedItem(0)]);
        output[1].Binary!["made"].Content!.Value.ToArray().ShouldBe("hey"u8.ToArray());
    }

    [Theory]
    [InlineData("const b = await this.helpers.getBinaryDataBuffer(0, 'data'); return [{ text: b.toString(), size: b.length, isBuffer: Buffer.isBuffer(b) }]", """[{"text":"hi","size":2,"isBuffer":true}]""")]
    [InlineData("return [{ inline: items[0].binary.data.data, input: $input.first().binary.data.data, root: $binary.data.data, keys: Object.keys(items[0].binary.data) }]",
        """[{"inline":"aGk=","input":"aGk=","root":"aGk=","keys":["mimeType","fileName","fileExtension","fileSize","id"]}]""")]
    [InlineData("const f = await this.helpers.prepareBinaryData(Buffer.from('a,b'), 'x.csv'); return [{ json: { f } }]", """[{"f":{"data":"YSxi","mimeType":"text/csv","fileName":"x.csv","fileExtension":"csv","fileSize":3}}]""")]
    [InlineData("try { await this.helpers.httpRequest({ url: 'http://x' }) } catch (e) { return { m: e.message } }", """[{"m":"'httpRequest' is not available: code has no network; use an HTTP Request node before this one"}]""")]
    [InlineData("try { await this.helpers.getBinaryDataBuffer(0, 'none') } catch (e) { return { m: e.message } }",
        """[{"m":"This operation expects the node's input data to contain a binary file 'none', but none was found [item 0]"}]""")]
    [InlineData("return { node: this.getNode().name, zone: this.getTimezone(), n: this.getInputData().length, id: typeof this.getExecutionId(), mode: $execution.mode }", """[{"node":"Node","zone":"Europe/Berlin","n":1,"id":"string","mode":"production"}]""")]
    [InlineData("$execution.customData.set('orderId', 7); $execution.customData.setAll({ ok: true }); return { ...$execution.customData.getAll(), one: $execution.customData.get('orderId') }", """[{"orderId":"7","ok":"true","one":"7"}]""")]
    [InlineData("try { $execution.customData.set('a b', 1) } catch (e) { return { m: e.message } }", """[{"m":"Custom data key \u0022a b\u0022 has to be of at most 50 letters, digits and underscores"}]""")]
    [InlineData("return { hours: new Date('2024-07-01T10:00:00').toISOString(), offset: new Date(0).getTimezoneOffset(), now: DateTime.now().zoneName }", """[{"hours":"2024-07-01T08:00:00.000Z","offset":-60,"now":"Europe/Berlin"}]""")]
    [InlineData("return { q: $jmespath({ a: [{ b: 1 }, { b: 2 }] }, 'a[*].b'), prev: $prevNode.name, run: $runIndex, params: typeof $('Start').params, ran: $('Start').isExecuted, m: $('Start').itemMatching(0).json.n }",
        """[{"q":[1,2],"prev":"Start","run":0,"params":"object","ran":true,"m":1}]""")]
    [InlineData("return { e: $env.NOTHING === undefined, v: Object.keys($vars).length, i: typeof Interval.fromDateTimes, d: Duration.fromObject({ hours: 1 }).as('minutes') }", """[{"e":true,"v":0,"i":"function","d":60}]""")]
    public async Task Has_what_n8n_gives_to_code(string code, string expected)
    {
        var file = new BinaryData { MimeType = "text/plain", FileName = "hi.txt", FileExtension = "txt", Size = 2, Content = "hi"u8.ToArray() };
        var output = await Run(code, items: [new Item(new JsObject { ["n"] = 1 }) { Binary = new Dictionary<string, BinaryData> { ["data"] = file } }]);
        JsJson.WriteString(new JsArray([.. output.Select(i => (JsValue)i.Json)])).ShouldBe(expected.Replace("\\u0022", "\\\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keeps_static_data_from_one_run_to_the_next()
    {
        const string code = "const s = $getWorkflowStaticData('global'), own = this.getWorkflowStaticData('node'); s.n = (s.n || 0) + 1; own.last = s.n * 10; if ($json.fail) throw new Error('x'); return { n: s.n, last: own.last }";
        var model = Model("code", new JsObject { ["jsCode"] = code });
        await using var engine = new WorkflowEngine(new EngineOptions { Services = new NodeServices { Code = new CodeWorkers() } });
        (await Next(engine, model, new JsObject())).ShouldBe("""{"n":1,"last":10}""");
        (await Next(engine, model, new JsObject())).ShouldBe("""{"n":2,"last":20}""");
        (await Next(engine, model, new JsObject { ["fail"] = true })).ShouldBe("failed");
        (await Next(engine, model, new JsObject())).ShouldBe("""{"n":3,"last":30}""");
        (await Next(engine, model, new JsObject(), RunMode.Test)).ShouldBe("""{"n":4,"last":40}""");
        (await Next(engine, model, new JsObject())).ShouldBe("""{"n":4,"last":40}""");

        static async Task<string> Next(WorkflowEngine engine, WorkflowModel model, JsObject input, RunMode? mode = null)
        {
            var request = new RunRequest { Items = [new Item(input)] };
            if (mode is { } other) request = new RunRequest { Items = [new Item(input)], Mode = other };
            var run = await engine.StartAsync(model, request);
            var result = await run.Ended.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
            return result.Succeeded ? JsJson.WriteString(run.Executions(model.Find("Node")!)[0].Outputs![0][0].Json) : "failed";
        }
    }

    [Fact]
    public async Task Older_nodes_have_their_own_rules()
    {
        Runs.Workflows.Show(await Run("item.x = item.n + 1; return item;", "n8n-nodes-base.functionItem")).ShouldBe("""[{"n":1,"x":2},{"n":2,"x":3}]""");
        Runs.Workflows.Show(await Run("items[0].json.y = 1; return [items[0]];", "n8n-nodes-base.function")).ShouldBe("""[{"n":1,"y":1}]""");
    }

    [Fact]
    public async Task Console_output_goes_to_the_log_of_the_run_and_failures_keep_it()
    {
        var model = Model("code", new JsObject { ["jsCode"] = "console.log('total', 3, { a: [1] }); console.warn('careful'); if ($json.n) throw new Error('x'); return items" });
        await using var engine = new WorkflowEngine(new EngineOptions());
        var failures = new List<NodeFailed>();
        engine.Watch += (_, e) =>
        {
            if (e is NodeFailed failed) failures.Add(failed);
        };
        var run = await engine.StartAsync(model, new RunRequest { Items = [new Item(new JsObject())] });
        (await run.Ended.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken)).Succeeded.ShouldBeTrue();
        run.Executions(model.Find("Node")!)[0].Lines.ShouldBe(["""total 3 {"a":[1]}""", "warn: careful"]);
        var other = await engine.StartAsync(model, new RunRequest { Items = [new Item(new JsObject { ["n"] = 1 })] });
        (await other.Ended.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken)).Succeeded.ShouldBeFalse();
        failures.ShouldHaveSingleItem().Lines!.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("""{"jsCode": "return ["}""", "parameters.jsCode: line 1: the code is not complete")]
    [InlineData("""{"jsCode": "await fetch('http://x')"}""", "parameters.jsCode: line 1: 'fetch' is not available: code has no network; use an HTTP Request node before this one")]
    [InlineData("""{"jsCode": "import fs from 'fs'"}""", "parameters.jsCode: line 1: 'import' leads nowhere: code has no modules")]
    [InlineData("""{"jsCode": "\n\nclass A { a( }"}""", "parameters.jsCode: line 3: unexpected '}'")]
    [InlineData("""{"jsCode": "function f() { await 1 }"}""", "parameters.jsCode: line 1: 'await' stands in a function that is not async")]
    [InlineData("""{}""", "parameters.jsCode: there is no code")]
    [InlineData("""{"language": "python", "pythonCode": "return []"}""", "parameters.language: Python is not run here: code runs in an interpreter of its own, which knows only JavaScript; write it in JavaScript")]
    public void Is_refused_when_it_is_loaded(string parameters, string problem)
    {
        var node = new JsObject { ["name"] = "Node", ["type"] = "n8n-nodes-base.code", ["typeVersion"] = 2, ["parameters"] = JsJson.Parse(parameters) };
        NodeFixture.Load(node).Problems.Where(p => p.Severity == Severity.Error).Select(p => $"{p.Field}: {p.Message}").ShouldBe([problem]);
    }

    private async Task<IReadOnlyList<Item>> All(string code) => await Run(code);

    private async Task<IReadOnlyList<Item>> Each(string code) => await Run(code, "code", "runOnceForEachItem");

    private async Task<IReadOnlyList<Item>> Run(string code, string type = "code", string mode = "runOnceForAllItems", IReadOnlyList<Item>? items = null)
    {
        var parameters = type is "code" ? new JsObject { ["jsCode"] = code, ["mode"] = mode } : new JsObject { ["functionCode"] = code };
        var model = Model(type, parameters);
        var services = new NodeServices { Code = shared.Workers };
        var (start, node) = (model.Find("Start")!, model.Find("Node")!);
        items ??= Runs.Workflows.Items("""[{"n":1},{"n":2}]""");
        var run = new Run("test", model, services, new RunRequest(), null);
        (run.State.Runs[start.Index] = []).Add(new NodeRun(start, [items], []) { Index = 0, Outputs = [items] });
        var execution = new NodeRun(node, [items], [new ItemSource(start.Index, 0, 0)]) { Index = 0 };
        (run.State.Runs[node.Index] = []).Add(execution);
        var result = await node.Node.ExecuteAsync(new NodeContext(run, execution, TestContext.Current.CancellationToken));
        return NodeOutcome.Settle(execution, result.Outputs)[0];
    }

    private static WorkflowModel Model(string type, JsObject parameters) =>
        Runs.Workflows.Make("code", "Start > Node", """{"durability": "none", "timezone": "Europe/Berlin"}""", "Start manual-trigger", $"Node {type} | {JsJson.WriteString(parameters).Replace("|", "\\u007c", StringComparison.Ordinal)}");
}

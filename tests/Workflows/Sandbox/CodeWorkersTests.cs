using System.Diagnostics;
using System.Globalization;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Sandbox;

namespace Sluice.Workflows.Tests.Sandbox;

/// <summary>The processes that run code: what they cannot do, what ends them, and that nothing else suffers.</summary>
public sealed class CodeWorkersTests(Nodes.Code.SharedWorkers shared) : IClassFixture<Nodes.Code.SharedWorkers>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("'x'.constructor.constructor('return process')()")]
    [InlineData("(() => {}).constructor('return this')()")]
    [InlineData("(async () => {}).constructor('return this')()")]
    [InlineData("[].map.constructor('return 1')()")]
    [InlineData("({}).__proto__.polluted = 1")]
    [InlineData("Object.prototype.polluted = 1")]
    [InlineData("Array.prototype.map = () => 1")]
    [InlineData("Object.setPrototypeOf({}, null)")]
    [InlineData("({}).__defineGetter__('x', () => 1)")]
    [InlineData("JSON.parse = () => 1")]
    [InlineData("Math.max.call.apply(eval, ['1'])")]
    [InlineData("console.log.constructor('return 1')()")]
    [InlineData("$input.constructor.constructor('return 1')()")]
    [InlineData("Promise.constructor('return 1')()")]
    [InlineData("Promise.resolve(1).constructor.constructor('return 1')()")]
    [InlineData("items.constructor.constructor('return 1')()")]
    [InlineData("(class {}).constructor('return 1')()")]
    [InlineData("(class {}).constructor.constructor('return 1')()")]
    [InlineData("new (class { constructor() { return Array.prototype } })().polluted = 1")]
    [InlineData("class A { constructor(o) { return o } } class B extends A { polluted = 1 } new B(Object.prototype)")]
    [InlineData("class A { constructor(o) { return o } } class B extends A { #p = 1 } new B(Math.max)")]
    [InlineData("class A { constructor(o) { return o } } class B extends A { polluted = 1 } new B(JSON)")]
    [InlineData("class A extends Function {} new A('return 1')()")]
    [InlineData("(function* () {}).constructor('yield 1')().next()")]
    [InlineData("(function* () {})().constructor.constructor('return 1')()")]
    [InlineData("(async function* () {}).constructor('yield 1')()")]
    [InlineData("Object.getPrototypeOf(async function () {}).constructor('return 1')()")]
    [InlineData("Object.getPrototypeOf([]).map = () => 1")]
    [InlineData("Object.defineProperty(Array.prototype, 'map', { value: () => 1 })")]
    [InlineData("Object.defineProperty(Object.getPrototypeOf({}), 'polluted', { value: 1 })")]
    [InlineData("Object.assign(Object.getPrototypeOf({}), { polluted: 1 })")]
    [InlineData("Object.getPrototypeOf([][Symbol.iterator]()).polluted = 1")]
    [InlineData("Array.prototype[Symbol.iterator] = function* () {}")]
    [InlineData("Array.from = () => 1")]
    [InlineData("Buffer.from.constructor('return 1')()")]
    [InlineData("Buffer.prototype.toString = () => 1")]
    [InlineData("require('crypto').createHash = () => 1")]
    [InlineData("require('fs')")]
    [InlineData("require('child_process')")]
    [InlineData("require.cache.x")]
    [InlineData("this.constructor.constructor('return process')()")]
    [InlineData("(() => this)().constructor.constructor('return 1')()")]
    [InlineData("new Error().constructor.constructor('return 1')()")]
    [InlineData("try { null.x } catch (e) { e.constructor.constructor('return 1')() }")]
    [InlineData("Symbol.for('x').constructor.constructor('return 1')()")]
    [InlineData("Promise.prototype.then = () => 1")]
    [InlineData("({ get x() { return this.constructor.constructor('return 1')() } }).x")]
    [InlineData("class A { static [Symbol.hasInstance]() { return eval } } (1 instanceof A)('1')")]
    [InlineData("`${{ toString: (() => {}).constructor('return 1') }}`")]
    [InlineData("(t => t.constructor.constructor('return 1')())`x`")]
    [InlineData("function f() { return f.caller.constructor('return 1') } f()()")]
    [InlineData("function f() { return arguments.callee.constructor('return 1')() } f()")]
    [InlineData("await ({ then(r) { r.constructor('return 1')() } })")]
    [InlineData("setTimeout.constructor('return 1')()")]
    [InlineData("new (Object.getPrototypeOf(function* () {}).constructor)('yield 1')")]
    [InlineData("new Uint8Array(2 ** 40)")]
    [InlineData("Buffer.alloc(2 ** 31)")]
    [InlineData("new DataView(new ArrayBuffer(1)).getFloat64(0)")]
    [InlineData("const b = Buffer.alloc(4); b.readUInt32LE(1)")]
    [InlineData("new Proxy({}, {})")]
    [InlineData("Reflect.ownKeys({})")]
    [InlineData("eval('1')")]
    [InlineData("new Function('return 1')()")]
    [InlineData("globalThis.process")]
    [InlineData("this.process.exit()")]
    [InlineData("import('fs')")]
    [InlineData("setTimeout('text', 0)")]
    [InlineData("WebAssembly.compile([])")]
    [InlineData("'a'.repeat(2 ** 29).repeat(2 ** 29)")]
    [InlineData("new Array(2 ** 32 - 1).fill(1)")]
    [InlineData("const f = () => f(); f()")]
    [InlineData("const a = []; a[2 ** 31] = 1; a.length")]
    [InlineData("let s = 'x'; while (true) s += s")]
    [InlineData("const a = []; while (true) a.push('x'.repeat(1000) + a.length)")]
    [InlineData("/(a+)+$/.test('a'.repeat(5000) + '!')")]
    [InlineData("JSON.parse('['.repeat(100000))")]
    public async Task What_tries_to_escape_fails_and_the_next_code_runs(string code)
    {
        var workers = shared.Workers;
        JsObject done;
        try
        {
            done = await workers.RunAsync(Call($"{code};\nreturn [{{ r: 1 }}]"), Cancel);
        }
        catch (NodeException killed)
        {
            killed.Message.ShouldContain("the process that ran the code ended");
            done = new JsObject { ["error"] = killed.Message };
        }

        // A regular expression that is matched in linear time need not fail.
        if (code[0] != '/') done["error"].AsString.ShouldNotBeNull(code);
        var next = await workers.RunAsync(Call("return [{ polluted: ({}).polluted ?? [].polluted ?? JSON.polluted, map: [1].map(x => x + 1), spread: [...[1]].length === 1 ? undefined : 0, from: Array.from([1]).length === 1 ? undefined : 0 }]"), Cancel);
        JsJson.WriteString(next["value"]).ShouldBe("""[{"map":[2]}]""", code);
    }

    [Theory]
    [InlineData("while (true) {}")]
    [InlineData("for (;;) { try { throw 1 } catch { continue } finally { } }")]
    [InlineData("await new Promise(done => setTimeout(done, 1e9))")]
    public async Task What_takes_too_long_is_killed_and_replaced(string code)
    {
        await using var workers = new CodeWorkers(new CodeWorkerOptions { TimeLimit = TimeSpan.FromSeconds(2), Workers = 1 });
        var failure = await Should.ThrowAsync<NodeException>(async () => await workers.RunAsync(Call(code), Cancel));
        failure.Message.ShouldBe("the code took longer than 2 seconds");
        await Until(() => workers.Idle.Count == 1);
    }

    [Fact]
    public async Task A_worker_that_dies_fails_its_own_code_only()
    {
        await using var workers = new CodeWorkers(new CodeWorkerOptions { Workers = 2 });
        await workers.RunAsync(Call("return []"), Cancel);
        var victim = workers.Idle.ShouldHaveSingleItem();
        var slow = workers.RunAsync(Call("await new Promise(done => setTimeout(done, 50000)); return []"), Cancel).AsTask();
        await Until(() => workers.Idle.Count == 0);
        var other = workers.RunAsync(Call("return [{ fine: 1 }]"), Cancel).AsTask();
        using (var process = Process.GetProcessById(victim)) process.Kill();
        (await Should.ThrowAsync<NodeException>(() => slow)).Message.ShouldContain("the process that ran the code ended");
        JsJson.WriteString((await other)["value"]).ShouldBe("""[{"fine":1}]""");
    }

    [Fact]
    public async Task A_worker_ends_with_the_process_it_works_for_even_in_the_midst_of_endless_code()
    {
        using var worker = Process.Start(WorkerProcess.StartInfo(new CodeWorkerOptions()))!;
        worker.BeginErrorReadLine();
        var output = worker.StandardOutput.BaseStream;
        var head = new byte[Frames.HeadLength];
        await output.ReadExactlyAsync(head, Cancel);
        head[0].ShouldBe(Frames.Ready);
        await output.ReadExactlyAsync(new byte[Frames.LengthOf(head)], Cancel);
        var code = JsJson.WriteUtf8(Call("while (true) {}").Request());
        Frames.WriteHead(head, Frames.Run, code.Length);
        await worker.StandardInput.BaseStream.WriteAsync(head, Cancel);
        await worker.StandardInput.BaseStream.WriteAsync(code, Cancel);
        await worker.StandardInput.BaseStream.FlushAsync(Cancel);

        await output.DisposeAsync();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        try
        {
            await worker.WaitForExitAsync(patience.Token);
        }
        finally
        {
            worker.Kill();
        }
    }

    [Fact]
    public async Task Cancelling_ends_the_code()
    {
        await using var workers = new CodeWorkers(new CodeWorkerOptions());
        await workers.RunAsync(Call("return []"), Cancel);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var endless = workers.RunAsync(Call("while (true) {}"), gone.Token).AsTask();
        await Until(() => workers.Idle.Count == 0);
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => endless);
    }

    [Fact]
    public async Task Nothing_of_a_run_is_left_for_the_next()
    {
        await using var workers = new CodeWorkers(new CodeWorkerOptions { Workers = 1 });
        const string code = "const r = /a/g; r.test('aa'); items[0].json.n++; leaked = typeof leaked; return [{ last: r.lastIndex, n: items[0].json.n }]";
        var first = JsJson.WriteString((await workers.RunAsync(Call(code.Replace("leaked = typeof leaked; ", "", StringComparison.Ordinal)), Cancel))["value"]);
        var second = JsJson.WriteString((await workers.RunAsync(Call(code.Replace("leaked = typeof leaked; ", "", StringComparison.Ordinal)), Cancel))["value"]);
        second.ShouldBe(first);
        first.ShouldBe("""[{"last":1,"n":2}]""");
        workers.Idle.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_process_is_locked_by_the_kernel()
    {
        await using var workers = new CodeWorkers(new CodeWorkerOptions());
        await workers.RunAsync(Call("return []"), Cancel);
        var status = await File.ReadAllLinesAsync($"/proc/{workers.Idle.ShouldHaveSingleItem()}/status", Cancel);
        Field(status, "Seccomp").ShouldBe("2");
        Field(status, "NoNewPrivs").ShouldBe("1");
        if (Environment.IsPrivilegedProcess) Field(status, "CapEff").ShouldBe("0000000000000000");
    }

    [Fact]
    public async Task The_process_itself_can_reach_nothing()
    {
        var host = Path.GetFileNameWithoutExtension(Environment.ProcessPath!) is "dotnet" ? new[] { Environment.GetCommandLineArgs()[0] } : [];
        var start = new ProcessStartInfo(Environment.ProcessPath!, [.. host, "code-worker", CodeWorker.Probe]) { RedirectStandardOutput = true, RedirectStandardInput = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var report = await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        report.ShouldContain("read a file: refused");
        report.ShouldContain("open a socket: refused");
        report.ShouldContain("run a program: refused");
        report.ShouldNotContain("SUCCEEDED");
        process.ExitCode.ShouldBe(0, report);
    }

    [Fact]
    public async Task The_environment_of_the_gateway_does_not_reach_it()
    {
        Environment.SetEnvironmentVariable("SLUICE_TEST_SECRET", "for nobody");
        await using var workers = new CodeWorkers(new CodeWorkerOptions());
        await workers.RunAsync(Call("return []"), Cancel);
        string environment;
        try
        {
            environment = await File.ReadAllTextAsync($"/proc/{workers.Idle[0]}/environ", Cancel);
        }
        catch (Exception closed) when (closed is UnauthorizedAccessException or IOException)
        {
            return;
        }

        environment.ShouldNotContain("SLUICE_TEST_SECRET");
        environment.ShouldNotContain("PATH=");
    }

    [Fact]
    public async Task Too_many_items_are_refused_before_they_are_sent()
    {
        await using var workers = new CodeWorkers(new CodeWorkerOptions());
        var big = new JsObject { ["text"] = new string('x', 33 << 20) };
        (await Should.ThrowAsync<NodeException>(async () => await workers.RunAsync(Call("return []", [new Item(big), new Item(big)]), Cancel))).Message.ShouldContain("more than 64 MiB");
        JsJson.WriteString((await workers.RunAsync(Call("return [{ n: items.length }]"), Cancel))["value"]).ShouldBe("""[{"n":1}]""");
    }

    [Fact]
    public async Task A_program_that_is_no_worker_is_a_clear_failure()
    {
        await using var absent = new CodeWorkers(new CodeWorkerOptions { Program = "/does/not/exist" });
        (await Should.ThrowAsync<NodeException>(async () => await absent.RunAsync(Call("return []"), Cancel))).Message.ShouldStartWith("the process that runs code cannot be started");
        await using var other = new CodeWorkers(new CodeWorkerOptions { Program = "/bin/echo", Arguments = ["no frames at all"] });
        (await Should.ThrowAsync<NodeException>(async () => await other.RunAsync(Call("return []"), Cancel))).Message.ShouldStartWith("the process that runs code did not start");
    }

    [Fact]
    public void No_process_is_started_for_nothing()
    {
        var workers = new CodeWorkers(new CodeWorkerOptions { Program = "/does/not/exist" });
        workers.Idle.ShouldBeEmpty();
    }

    private static CodeCall Call(string code, IReadOnlyList<Item>? items = null) =>
        new(new Scope { Items = items ?? [new Item(new JsObject { ["n"] = 1 })] }, code, "all", continueOnFail: false);

    private static string Field(string[] status, string name) => status.First(l => l.StartsWith(name + ":", StringComparison.Ordinal)).Split(':')[1].Trim();

    private static async Task Until(Func<bool> holds)
    {
        for (var i = 0; !holds(); i++)
        {
            if (i > 6000) throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"not within {i * 10} ms"));
            await Task.Delay(10, Cancel);
        }
    }
}

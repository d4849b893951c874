using System.Text.Json;
using Sluice.Gateway.Pipeline;
using Sluice.Testing;

namespace Sluice.Gateway.Tests.Plugins.Functions;

public sealed class FunctionsTests
{
    [Fact]
    public async Task Functions_read_and_change_requests_and_responses()
    {
        await using var test = new PluginTest(Pre,
            """
            rewrite:
            - shared["team"] = request.Header("X-Team");
            access:
            - |
              if (request.Argument("name") == "nobody") return Exit(403, "not you");
              request.SetHeader("X-Length", request.Body.Length.ToString());
              request.RemoveHeader("X-Team");
              request.UpstreamPath = "/v2" + request.Path;
            header_filter:
            - |
              response.SetHeader("X-Team", shared["team"] ?? "none");
              response.Status = 202;
            body_filter:
            - response.Body = string.Concat(response.Body.Reverse().Select(c => char.ToUpperInvariant(c)));
            log:
            - log.Write($"{request.Path} {response.Status}");
            """);
        var result = await test.SendAsync("POST", "/a?name=ann", [("X-Team", "blue")], "12345");
        result.Status.ShouldBe(202);
        result.Body.ShouldBe("MAERTSPU");
        result.Header("X-Team").ShouldBe("blue");
        var sent = result.Upstream.ShouldHaveSingleItem();
        sent.Target.ShouldBe("/v2/a?name=ann");
        sent.Header("X-Length").ShouldBe("5");
        sent.Header("X-Team").ShouldBeNull();
        sent.Body.ShouldBe("12345");
        test.Log.ShouldContain("pre-function: /a 202");

        var refused = await test.SendAsync("GET", "/a?name=nobody");
        refused.Body.ShouldBe(new string([.. "not you".ToUpperInvariant().Reverse()]));
        refused.Upstream.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_later_functions_know_the_consumer_and_what_the_earlier_ones_kept()
    {
        await using var test = new PluginTest(Pre, "access: ['shared[\"a\"] = (request.Consumer ?? \"nobody\");']")
            .Use(PluginCatalog.Find("key-auth")!).Use(PluginCatalog.Find("post-function")!, "access: ['return Exit(200, $\"{shared[\"a\"]} {request.Consumer}\");']").Consumer("ann");
        (await test.SendAsync("GET", "/", [("apikey", "ann")])).Body.ShouldBe("nobody ann");
    }

    [Theory]
    [InlineData("request.SetHeader(\"Content-Length\", \"3\");")]
    [InlineData("request.RemoveHeader(\"content-length\");")]
    [InlineData("request.SetHeader(\"Transfer-Encoding\", \"x\");")]
    [InlineData("request.UpstreamPath = \"/a\\u010ab\";")]
    public async Task What_a_request_ends_with_is_the_gateways_to_say(string code)
    {
        await using var test = new PluginTest(Pre, JsonSerializer.Serialize(new { access = new[] { code } }));
        var result = await test.SendAsync("POST", "/", body: "12345");
        result.Status.ShouldBe(500);
        result.Upstream.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_function_cannot_close_the_one_it_stands_in()
    {
        var config = JsonSerializer.Serialize(new { access = new[] { "return null; }\n[System.Runtime.InteropServices.DllImport(\"c\")] public static extern int F1(int i); /*", "*/" } });
        await using var test = new PluginTest(Pre, config);
        test.Problems().ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("int x = \"a\";", "line 1, column 9: ")]
    [InlineData("request.Nothing();", "'FunctionRequest' does not contain a definition for 'Nothing'")]
    [InlineData("System.IO.File.ReadAllText(\"/etc/passwd\");", "System.IO.File is not allowed")]
    [InlineData("System.Diagnostics.Process.Start(\"id\");", "System.Diagnostics.Process is not allowed")]
    [InlineData("Environment.Exit(1);", "System.Environment is not allowed")]
    [InlineData("new System.Net.Http.HttpClient();", "System.Net.Http.HttpClient is not allowed")]
    [InlineData("System.Threading.Thread.Sleep(1000);", "System.Threading.Thread is not allowed")]
    [InlineData("var t = request.GetType();", "System.Type is not allowed")]
    [InlineData("var t = typeof(string);", "System.Type is not allowed")]
    [InlineData("dynamic d = request; d.Anything();", "dynamic is not allowed")]
    [InlineData("unsafe { }", "(CS0227)")]
    [InlineData("Func<int> f = () => 1; f();", "a delegate cannot be called")]
    [InlineData("Func<int> f = () => 1; f.Invoke();", "a delegate cannot be called")]
    [InlineData("Func<int> f = () => 1; var m = f.Method;", "is not allowed")]
    [InlineData("var b = new byte[1000000000];", "an array is made of its values")]
    [InlineData("var s = new string('a', 1000000000);", "cannot be made with a size")]
    [InlineData("var l = new List<int>(1000000000);", "cannot be made with a size")]
    [InlineData("var s = \"\".PadLeft(1000000000);", "string.PadLeft(int) is not allowed|String.PadLeft is not allowed|string.PadLeft is not allowed")]
    [InlineData("var n = Enumerable.Range(0, int.MaxValue).Sum();", "Enumerable.Range is not allowed")]
    [InlineData("L: goto L;", "goto is not allowed")]
    [InlineData("_ = request.GetType().Name;", "System.Reflection.MemberInfo is not allowed")]
    [InlineData("return null; } static Sluice.Gateway.Pipeline.Answer? G() { System.IO.File.Delete(\"/x\");", "its braces do not match")]
    [InlineData("return null; } [System.Runtime.InteropServices.DllImport(\"libc\")] public static extern int getpid(); static Sluice.Gateway.Pipeline.Answer? G() { return null;", "its braces do not match")]
    [InlineData("[System.Runtime.InteropServices.DllImport(\"libc\")] static extern int getpid(); getpid();", "is not allowed|neither async nor extern|attributes are not allowed")]
    [InlineData("#pragma warning disable", "directives are not allowed")]
    [InlineData("var f = System.Runtime.CompilerServices.Unsafe.As<string>(request);", "is not allowed")]
    [InlineData("Action<int> a = System.IO.File.Delete;", "(CS0123)|is not allowed")]
    [InlineData("Action<string> a = System.IO.File.Delete;", "System.IO.File is not allowed")]
    [InlineData("_ = nameof(System.IO.File);", "System.IO.File is not allowed")]
    [InlineData("var x = System.Text.Json.JsonSerializer.Serialize(request);", "JsonSerializer is not allowed")]
    [InlineData("var q = from c in \"abc\" select c;", "query expressions are not allowed")]
    [InlineData("new List<int> { 1 }.ForEach(i => log.Write(\"x\"));", "written with braces")]
    [InlineData("Sluice.Gateway.Extending.PluginGuard.Step();", "PluginGuard is not allowed")]
    [InlineData("System.GC.Collect();", "System.GC is not allowed")]
    public void What_does_not_compile_or_reaches_further_is_a_problem_with_its_place(string code, string message)
    {
        var problems = new PluginTest(Pre, $"access: [{JsonSerializer.Serialize(code)}]").Problems();
        problems.ShouldNotBeEmpty();
        problems[0].ShouldContain("config.access[0]");
        message.Split('|').ShouldContain(m => problems.Any(p => p.Contains(m, StringComparison.Ordinal)), string.Join('\n', problems));
    }

    [Theory]
    [InlineData("while (true) { }")]
    [InlineData("while (true) { try { while (true) { } } catch { } }")]
    [InlineData("int F(int n) => F(n + 1) + 1; F(0);")]
    [InlineData("void F() { F(); } F();")]
    [InlineData("var s = \"abcdefgh\"; for (var i = 0; i < 40; i++) s += s;")]
    [InlineData("var l = new List<string>(); while (true) l.Add(request.Path + l.Count);")]
    [InlineData("var n = new[] { 1 }.Select(x => { while (true) { } return x; }).Count(x => x > 0);")]
    [InlineData("throw new InvalidOperationException(\"oh no\");")]
    public async Task A_function_that_has_no_end_fails_its_request(string code)
    {
        await using var test = new PluginTest(Pre, $"access: [{JsonSerializer.Serialize(code)}]");
        var result = await test.SendAsync("GET", "/");
        result.Status.ShouldBe(500);
        result.Body.ShouldContain("An unexpected error occurred");
        test.Log.ShouldContain(l => l.StartsWith("plugin pre-function failed request", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("kong.response.exit(403)")]
    [InlineData("local x = 1\nif x == 1 then\n  ngx.say('a')\nend")]
    [InlineData("return function(conf) end")]
    [InlineData("-- nothing yet")]
    public void Lua_is_told_from_CSharp(string code) => Sluice.Gateway.Plugins.Functions.LuaCode.IsLua(code).ShouldBeTrue();

    [Theory]
    [InlineData("if (request.Header(\"X\") is null) return Exit(403);")]
    [InlineData("int Local(int n) { return n; } shared[\"then\"] = \"x\"; // the end")]
    public void CSharp_is_told_from_Lua(string code) => Sluice.Gateway.Plugins.Functions.LuaCode.IsLua(code).ShouldBeFalse();

    private static PluginDescriptor Pre => PluginCatalog.Find("pre-function")!;
}

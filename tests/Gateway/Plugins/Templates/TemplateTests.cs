using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Templates;
using Sluice.Gateway.Routing;

namespace Sluice.Gateway.Tests.Plugins.Templates;

public sealed class TemplateTests
{
    [Theory]
    [InlineData("plain $ money (x)", "plain $ money (x)")]
    [InlineData("${headers.x}", "${headers.x}")]
    [InlineData("$(headers[\"x-in\"])", "hv")]
    [InlineData("$(headers['X-In'])", "hv")]
    [InlineData("$(headers.x_in)", "hv")]
    [InlineData("$(headers.many)", "a, b")]
    [InlineData("$(headers.many[2])", "b")]
    [InlineData("$(#headers.many)", "2")]
    [InlineData("$(headers.absent)", "")]
    [InlineData("[$(query_params.q)]", "[a b]")]
    [InlineData("$(query_params.flag)", "true")]
    [InlineData("$(query_params.none)", "")]
    [InlineData("/u/$(uri_captures[\"user\"])/i/$(uri_captures[2])", "/u/joe/i/12")]
    [InlineData("$(uri_captures.user)$(uri_captures[3])$(uri_captures[0])", "joe")]
    [InlineData("$(headers.absent or \"dflt\")", "dflt")]
    [InlineData("$(headers[\"x-in\"] and \"yes\" or \"no\")", "yes")]
    [InlineData("$(headers.absent and \"yes\" or \"no\")", "no")]
    [InlineData("$((headers[\"absent\"] or \"\"):upper())", "")]
    [InlineData("$(headers[\"x-in\"]:upper())", "HV")]
    [InlineData("$(('aé'):upper() .. ('BÉ'):lower())", "A\u00c3\u00a9b\u00c3\u0089")]
    [InlineData("$('a' .. 1 .. \"b\" .. 1.5)", "a1b1.5")]
    [InlineData("$(1 + 2 * 3 - 4 / 2)", "5")]
    [InlineData("$(-7 % 3)", "2")]
    [InlineData("$(1 == 1.0)", "true")]
    [InlineData("$(not (headers.x ~= nil))", "true")]
    [InlineData("$('b' > 'a' and 2 <= 2)", "true")]
    [InlineData("$(type(headers.many) .. type(headers.absent) .. type(headers['x-in']))", "tablenilstring")]
    [InlineData("$(('abcdef'):sub(2, -2))", "bcde")]
    [InlineData("$(('abcdef'):sub(-2))", "ef")]
    [InlineData("$(('v1.2'):match('^v(%d+)'))", "1")]
    [InlineData("$(('/a/b'):gsub('/', '-'))", "-a-b")]
    [InlineData("$(('k=v'):gsub('(%w+)=(%w+)', '%2=%1'))", "v=k")]
    [InlineData("$(('a.b'):gsub('%.', ''))", "ab")]
    [InlineData("$(('xaay'):find('a-y'))", "2")]
    [InlineData("$('$(x)')", "$(x)")]
    [InlineData("$(shared.thing)$(os)$(false)$(nil)", "")]
    [InlineData("$(unfinished", "$(unfinished")]
    [InlineData("$(('q\\n'):len())", "2")]
    public void Expressions_have_values(string source, string expected)
    {
        var template = Template.Compile(source);
        template.Error.ShouldBeNull();
        template.TryRender(Scope(), out var text, out var error).ShouldBeTrue(error);
        text.ShouldBe(expected);
    }

    [Theory]
    [InlineData("$(headers.absent:upper())", "attempt to index a nil value")]
    [InlineData("$(headers.x-in-y)", "attempt to perform arithmetic on a nil value")]
    [InlineData("$(nothing.x)", "attempt to index a nil value")]
    [InlineData("$('a' .. headers.absent)", "attempt to concatenate a nil value")]
    [InlineData("$(string.upper('x'))", "attempt to index a nil value")]
    [InlineData("$(os())", "attempt to call a nil value")]
    [InlineData("$(1 < 'a')", "attempt to compare number with string")]
    [InlineData("$(('x'):rep(1000000))", "the result of 'rep' is too long")]
    [InlineData("$(#headers.absent)", "attempt to get length of a nil value")]
    public void What_has_no_value_says_why(string source, string reason)
    {
        var template = Template.Compile(source);
        template.Error.ShouldBeNull();
        template.TryRender(Scope(), out _, out var error).ShouldBeFalse();
        error.ShouldBe(reason);
    }

    [Theory]
    [InlineData("$(function() return 1 end)", "functions are not supported")]
    [InlineData("$(1 +)", "ends too early")]
    [InlineData("$(a b)", "'b' was not expected")]
    [InlineData("$(\"open)", "was not expected")]
    [InlineData("$(x:unknown())", "no method 'unknown'")]
    [InlineData("$(x:match('%b()'))", "is not supported")]
    [InlineData("$(x:gsub(y, 'z'))", "must be a literal")]
    [InlineData("$(x:match('['))", "malformed pattern")]
    [InlineData("$(x = 1)", "was not expected")]
    public void What_does_not_compile_fails_each_time(string source, string reason)
    {
        var template = Template.Compile(source);
        template.Error.ShouldNotBeNull().ShouldContain(reason);
        template.TryRender(Scope(), out _, out var error).ShouldBeFalse();
        error.ShouldBe(template.Error);
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("not ", "")]
    [InlineData("-", "")]
    [InlineData("1 .. ", "")]
    public void Nesting_is_limited(string open, string close)
    {
        var source = $"$({string.Concat(Enumerable.Repeat(open, 50_000))}1{string.Concat(Enumerable.Repeat(close, 50_000))})";
        var template = Template.Compile(source);
        if (template.Error is null) template.TryRender(Scope(), out _, out _).ShouldBeTrue();
    }

    private static TemplateScope Scope()
    {
        var http = new DefaultHttpContext();
        http.Request.Headers["X-In"] = "hv";
        http.Request.Headers["Many"] = new(["a", "b"]);
        return new TemplateScope(new Exchange(http, null)
        {
            Upstream = new UpstreamRequest { Query = "?q=a+b&flag&q2=1" },
            Match = new RouteMatch { Captures = new RouteCaptures(["joe", "12"], new Dictionary<string, string> { ["user"] = "joe" }) },
        });
    }
}

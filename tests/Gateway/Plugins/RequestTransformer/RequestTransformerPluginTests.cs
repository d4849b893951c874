using System.Text;
using Sluice.Gateway.Plugins.RequestTransformer;

namespace Sluice.Gateway.Tests.Plugins.RequestTransformer;

public sealed class RequestTransformerPluginTests
{
    private const string Form = "application/x-www-form-urlencoded";

    [Fact]
    public async Task Header_fields_are_changed_in_order()
    {
        var result = await SendAsync(
            new()
            {
                Remove = new() { Headers = ["x-gone", "Absent"] },
                Rename = new() { Headers = ["X-Old:X-New", "X-Not:There"] },
                Replace = new() { Headers = ["X-One:new", "X-Absent:z", "host:custom.test", "X-Keep:"] },
                Add = new() { Headers = ["X-N:1", "X-N:2", "X-One:ignored", "Host:no.test", "X-Empty:$(headers.none)"] },
                Append = new() { Headers = ["X-M:3", "X-M:4", "X-Fresh:f"] },
            },
            headers: [("X-Gone", "1"), ("x-gone", "2"), ("X-Old", "o"), ("X-One", "1"), ("X-M", "1"), ("X-M", "2"), ("X-Keep", "k")]);
        result.Sent("X-Gone").ShouldBeNull();
        result.Sent("X-Old").ShouldBeNull();
        result.Sent("X-New").ShouldBe("o");
        result.Exchange.Request.Headers.Keys.ShouldContain("x-new");
        result.Sent("There").ShouldBeNull();
        result.Sent("X-One").ShouldBe("new");
        result.Sent("X-Absent").ShouldBeNull();
        result.Sent("X-Keep").ShouldBe("k");
        result.Sent("X-N").ShouldBe("1");
        result.Sent("X-Empty").ShouldBe("");
        result.Sent("X-M").ShouldBe("1,2,3,4");
        result.Sent("X-Fresh").ShouldBe("f");
        result.Sent("Host").ShouldBe("gateway.test");
        result.Exchange.Upstream.Host.ShouldBe("custom.test");
    }

    [Fact]
    public async Task Templates_see_the_request_as_it_came()
    {
        var result = await SendAsync(
            new()
            {
                Remove = new() { Headers = ["X-User"] },
                Add = new() { Headers = ["X-C:$(headers[\"x-user\"])"], Querystring = ["user:$(headers[\"x-user\"])"] },
            },
            headers: [("X-User", "joe")]);
        result.Sent("X-User").ShouldBeNull();
        result.Sent("X-C").ShouldBe("joe");
        result.Exchange.Upstream.Query.ShouldBe("?user=joe");
    }

    [Fact]
    public async Task What_frames_the_body_is_left_alone_and_values_stay_on_their_line()
    {
        var result = await SendAsync(
            new()
            {
                Remove = new() { Headers = ["Content-Length"] },
                Add = new() { Headers = ["Transfer-Encoding:chunked", "X-Q:$(query_params.q)"] },
            },
            "/?q=a%0d%0aEvil:%201",
            body: "abc");
        result.Exchange.Request.ContentLength.ShouldBe(3);
        result.Sent("Transfer-Encoding").ShouldBeNull();
        result.Sent("X-Q").ShouldBe("a%0D%0AEvil: 1");
    }

    [Theory]
    [InlineData("/?q1=v1&q2=v2", "?q1=v1&q1=more&q2=v2&qn=n")]
    [InlineData("/", "?q1=more&qn=n")]
    public async Task Queries_are_written_sorted(string target, string expected) =>
        (await SendAsync(new() { Append = new() { Querystring = ["qn:n", "q1:more"] } }, target)).Exchange.Upstream.Query.ShouldBe(expected);

    [Fact]
    public async Task Parameters_are_removed_renamed_replaced_and_added()
    {
        var result = await SendAsync(
            new()
            {
                Remove = new() { Querystring = ["a"] },
                Rename = new() { Querystring = ["b:bb", "none:c"] },
                Replace = new() { Querystring = ["c:3", "zz:9"] },
                Add = new() { Querystring = ["c:x", "d:4"] },
            },
            "/?a=1&b=2&c=2");
        result.Exchange.Upstream.Query.ShouldBe("?bb=2&c=3&d=4");
        (await SendAsync(new() { Remove = new() { Querystring = ["a"] } }, "/?a=1")).Exchange.Upstream.Query.ShouldBe("");
        (await SendAsync(new() { Add = new() { Headers = ["X-A:1"] } }, "/?z=1&a=+")).Exchange.Upstream.Query.ShouldBe("?z=1&a=+");
    }

    [Theory]
    [InlineData("/new/$(query_params.q)", "/?q=a%20b", "/new/a%20b", "?q=a%20b")]
    [InlineData("/new?x=1", "/?q=1", "/new", "?x=1&q=1")]
    [InlineData("/caf\u00e9", "/", "/caf%C3%A9", "")]
    public async Task The_path_is_replaced(string uri, string target, string path, string query)
    {
        var result = await SendAsync(new() { Replace = new() { Uri = uri } }, target);
        result.Exchange.Upstream.Path.ShouldBe(path);
        result.Exchange.Upstream.Query.ShouldBe(query);
    }

    [Fact]
    public async Task Texts_beyond_ascii_keep_their_bytes()
    {
        // Header fields are one byte to a char: the two bytes of an é.
        var result = await SendAsync(
            new()
            {
                Add = new() { Headers = ["X-Q:$(query_params.q)", "X-L:é"], Querystring = ["h:$(headers['x-in'])"], Body = ["b:$(headers['x-in'])é"] },
                Replace = new() { Uri = "/$(query_params.q)$(headers['x-in'])" },
            },
            "/?q=%C3%A9",
            "application/json",
            "{}",
            [("X-In", "\u00c3\u00a9")]);
        result.Sent("X-Q").ShouldBe("\u00c3\u00a9");
        result.Sent("X-L").ShouldBe("\u00c3\u00a9");
        result.Exchange.Upstream.Path.ShouldBe("/%C3%A9%C3%A9");
        result.Exchange.Upstream.Query.ShouldBe("?h=%C3%A9&q=%C3%A9");
        Encoding.UTF8.GetString(result.Exchange.BufferedRequestBody!).ShouldBe("""{"b":"éé"}""");
    }

    [Theory]
    [InlineData("no-slash")]
    [InlineData("/$(headers.none:upper())")]
    [InlineData("/$(1 +)")]
    public async Task What_cannot_be_evaluated_refuses_the_request(string uri)
    {
        var result = await SendAsync(new() { Replace = new() { Uri = uri }, Add = new() { Headers = ["X-A:1"] } });
        result.Status.ShouldBe(500);
        result.Answer!.Error.ShouldBe(RequestTransformerErrors.Failed);
        result.Sent("X-A").ShouldBeNull();
    }

    [Fact]
    public async Task The_method_is_changed_and_a_form_goes_into_the_query_of_a_get()
    {
        (await SendAsync(new() { HttpMethod = "PUT" }, body: "abc")).Exchange.Upstream.Method.ShouldBe("PUT");
        var result = await SendAsync(new() { HttpMethod = "GET" }, "/?a=0", Form, "b=2&a=1");
        result.Exchange.Upstream.Method.ShouldBe("GET");
        result.Exchange.Upstream.Query.ShouldBe("?a=0&a=1&b=2");
    }

    [Fact]
    public async Task Changes_of_the_query_reach_a_form_that_goes_into_it()
    {
        var result = await SendAsync(
            new() { HttpMethod = "GET", Remove = new() { Querystring = ["b"] }, Add = new() { Querystring = ["c:new", "d:new"] } }, "/?a=0", Form, "b=2&c=1");
        result.Exchange.Upstream.Query.ShouldBe("?a=0&c=1&d=new");
    }

    [Theory]
    [InlineData("application/json", """{"b1":"x","b2":"y","n":3.0,"gone":1}""", """{"n":3.0,"bb":"y","b1":["new","more"],"k":"v"}""")]
    [InlineData("application/json", "", """{"k":"v","b1":["ignored","more"]}""")]
    [InlineData("application/json", "[1]", null)]
    [InlineData("application/json", "{broken", null)]
    [InlineData(Form, "b1=x&b2=y&gone=1", "b1=new&b1=more&bb=y&k=v")]
    [InlineData("text/plain", "b1=x", null)]
    public async Task Bodies_are_changed(string type, string body, string? expected)
    {
        var result = await SendAsync(
            new()
            {
                Remove = new() { Body = ["gone"] },
                Rename = new() { Body = ["b2:bb"] },
                Replace = new() { Body = ["b1:new", "bz:z"] },
                Add = new() { Body = ["k:v", "b1:ignored"] },
                Append = new() { Body = ["b1:more"] },
            },
            type: type,
            body: body);
        var sent = result.Exchange.BufferedRequestBody is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
        if (type == "application/json" && expected is not null && body.Length > 0) sent = Sorted(sent!);
        (sent == body ? null : sent).ShouldBe(expected is null ? null : type == "application/json" && body.Length > 0 ? Sorted(expected) : expected);
    }

    [Fact]
    public async Task Multipart_fields_are_changed()
    {
        var result = await SendAsync(
            new() { Replace = new() { Body = ["b1:new", "bz:z"] } },
            type: "multipart/form-data; boundary=XX",
            body: "--XX\r\nContent-Disposition: form-data; name=\"b1\"\r\n\r\nx\r\n--XX\r\nContent-Disposition: form-data; name=\"b2\"\r\n\r\ny\r\n--XX--\r\n");
        Encoding.UTF8.GetString(result.Exchange.BufferedRequestBody!).ShouldBe(
            "--XX\r\nContent-Disposition: form-data; name=\"b2\"\r\n\r\ny\r\n--XX\r\nContent-Disposition: form-data; name=\"b1\"\r\n\r\nnew\r\n--XX--\r\n");
    }

    [Fact]
    public async Task Json_values_are_strings_and_names_are_not_paths()
    {
        var result = await SendAsync(
            new() { Remove = new() { Body = ["a.b"] }, Add = new() { Body = ["n:5", "obj:{\"a\":1}", "e.f:true"] } },
            type: "application/json",
            body: """{"a":{"b":1}}""");
        Encoding.UTF8.GetString(result.Exchange.BufferedRequestBody!).ShouldBe("""{"a":{"b":1},"n":"5","obj":"{\"a\":1}","e.f":"true"}""");
    }

    private static string Sorted(string json) =>
        string.Join(',', System.Text.Json.Nodes.JsonNode.Parse(json)!.AsObject().OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value!.ToJsonString()}"));

    private static Task<PluginResult> SendAsync(
        RequestTransformerConfig config, string target = "/", string? type = null, string? body = null, (string Name, string Value)[]? headers = null) =>
        new PluginHarness().Use("request-transformer", config).SendAsync(
            target,
            body is null ? "GET" : "POST",
            [.. headers ?? [], .. type is null ? [] : new[] { ("Content-Type", type) }],
            body is null ? null : Encoding.UTF8.GetBytes(body));
}

using System.Text;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Plugins.ResponseTransformer;

namespace Sluice.Gateway.Tests.Plugins.ResponseTransformer;

public sealed class ResponseTransformerPluginTests
{
    [Fact]
    public async Task Steps_run_in_order_and_look_at_what_was_there_before()
    {
        var result = await SendAsync(new()
        {
            Remove = new() { Headers = ["X-Two"], Json = ["j2"] },
            Rename = new() { Headers = ["X-One:X-R"], Json = ["j1:jr"] },
            Replace = new() { Headers = ["X-R:rep"], Json = ["jr:rep"] },
            Add = new() { Headers = ["X-Add:a", "X-Two:again"], Json = ["ja:a"] },
            Append = new() { Headers = ["X-Add:b"], Json = ["ja:b"] },
        });
        result.Header("X-Two").ShouldBeNull();
        result.Header("X-One").ShouldBeNull();
        result.Header("X-R").ShouldBe("1");
        result.Header("X-Add").ShouldBe("a,b");
        result.Body.ShouldBe("""{"n":3,"jr":"rep","ja":["a","b"]}""");
    }

    [Fact]
    public async Task Values_keep_their_colons_and_all_lines_of_a_field_move()
    {
        var result = await SendAsync(new()
        {
            Rename = new() { Headers = ["x-two:X-Zwei", "no:pe"] },
            Add = new() { Headers = ["X-Url:http://a.test:80/x", "X-Sp: lead"] },
        });
        result.Header("X-Url").ShouldBe("http://a.test:80/x");
        result.Header("X-Sp").ShouldBe("lead");
        result.Header("X-Zwei").ShouldBe("2,3");
        result.Header("pe").ShouldBeNull();
        result.Body.ShouldBe("""{"j1":"x","j2":"y","n":3}""");
        result.Exchange.Response.ContentLength.ShouldBe(25);
    }

    [Fact]
    public async Task Json_values_have_the_types_given()
    {
        var result = await SendAsync(new()
        {
            Add = new() { Json = ["b:true", "n2:5", "s:7", "bad:x"], JsonTypes = ["boolean", "number", "string", "number"] },
            Append = new() { Json = ["arr:1", "arr:2.5"], JsonTypes = ["number", "number"] },
        });
        result.Body.ShouldBe("""{"j1":"x","j2":"y","n":3,"b":true,"n2":5,"s":"7","arr":[1,2.5]}""");
        result.Exchange.Response.ContentLength.ShouldBeNull();
    }

    [Fact]
    public async Task An_empty_json_value_is_the_text_null() =>
        (await SendAsync(new() { Remove = new() { Json = ["j1", "j2"] }, Add = new() { Json = ["e:", "f:"], JsonTypes = ["string", "number"] } }))
            .Body.ShouldBe("""{"n":3,"e":"null"}""");

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/problem+json")]
    [InlineData(null)]
    public async Task Other_bodies_pass_unchanged(string? type)
    {
        var result = await SendAsync(new() { Add = new() { Json = ["k:v"] } }, type);
        result.Body.ShouldBe("""{"j1":"x","j2":"y","n":3}""");
        result.Exchange.Response.ContentLength.ShouldBe(25);
    }

    [Theory]
    [InlineData("Application/JSON; charset=utf-8")]
    [InlineData("text/plain, application/json")]
    public async Task Json_is_known_by_its_media_type(string type) =>
        (await SendAsync(new() { Remove = new() { Json = ["j1", "j2"] } }, type)).Body.ShouldBe("""{"n":3}""");

    [Fact]
    public async Task What_cannot_be_parsed_passes_unchanged() =>
        (await SendAsync(new() { Add = new() { Json = ["k:v"] } }, body: "\u001f\u008bnot json")).Body.ShouldBe("\u001f\u008bnot json");

    [Fact]
    public async Task False_counts_as_absent() =>
        (await SendAsync(new() { Add = new() { Json = ["a:new", "z:new"] }, Replace = new() { Json = ["b:new"] } }, body: """{"a":false,"b":false,"z":null}"""))
            .Body.ShouldBe("""{"a":"new","b":false,"z":null}""");

    [Fact]
    public void Names_are_checked()
    {
        var problems = new List<string>();
        new ResponseRenames { Headers = ["X-A:bad name"] }.Check((field, message) => problems.Add($"{field}: {message}"));
        new ResponseValues { Headers = ["X-A:any value", "b d:1"] }.Check((field, message) => problems.Add($"{field}: {message}"));
        problems.ShouldBe(["headers[0]: 'bad name' is not a valid header", "headers[1]: 'b d' is not a valid header"]);
    }

    private static Task<PluginResult> SendAsync(
        ResponseTransformerConfig config, string? type = "application/json", string body = """{"j1":"x","j2":"y","n":3}""")
    {
        var harness = new PluginHarness().Use("response-transformer", config);
        harness.Upstream = exchange =>
        {
            var content = Encoding.UTF8.GetBytes(body);
            var headers = exchange.Response.Headers;
            headers["X-One"] = "1";
            headers.Append("X-Two", "2");
            headers.Append("X-Two", "3");
            headers.ContentType = type;
            headers.ContentLength = content.Length;
            return content;
        };
        return harness.SendAsync();
    }
}

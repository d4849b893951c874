using System.Text.Json.Nodes;

namespace Sluice.Acceptance.Grpc;

public sealed class GrpcGatewayTests(GrpcLibraryFixture library) : IClassFixture<GrpcLibraryFixture>
{
    [Theory]
    [InlineData("GET", "/v1/shelves/1/books/a%20b", null, """{"name":"shelves/1/books/a b"}""")]
    [InlineData("GET", "/v1/any/a/b/c%2Fd", null, """{"name":"a/b/c%2Fd"}""")]
    [InlineData("GET", "/v1/any/a?book.name=n&book.kind=NOVEL&book.author_names=x&book.authorNames=y", null, """{"name":"a","book":{"name":"n","kind":"NOVEL","author_names":["x","y"]}}""")]
    [InlineData("GET", "/v1/any/a?kinds=POEMS&kinds=1&numbers=3&numbers=-4", null, """{"name":"a","kinds":["POEMS","NOVEL"],"numbers":[3,-4]}""")]
    [InlineData("GET", "/v1/any/a?update_mask=name,authorNames&within=1.5s&lent=true", null, """{"name":"a","update_mask":{"paths":["name","author_names"]},"within":{"seconds":"1","nanos":500000000},"lent":{"value":true}}""")]
    [InlineData("GET", "/v1/any/a?since=2026-11-20T05:25:22.123456789Z", null, """{"name":"a","since":{"seconds":"1795152322","nanos":123456789}}""")]
    [InlineData("DELETE", "/v1/books/x%2Fy", null, """{"name":"x/y"}""")]
    [InlineData("REPORT", "/v1/books/x", null, """{"name":"x"}""")]
    [InlineData("PATCH", "/v1/shelves/7?update_mask=kind", """{"kind":"NOVEL"}""", """{"book":{"name":"shelves/7","kind":"NOVEL"},"update_mask":{"paths":["kind"]}}""")]
    [InlineData("POST", "/v1/shelves/1/2/3:publish", """{"count":5,"book":{"authorNames":["z"]}}""", """{"name":"shelves/1/2/3","count":5,"book":{"author_names":["z"]}}""")]
    public async Task Requests_arrive_as_the_rules_say(string method, string target, string? body, string expected)
    {
        foreach (var host in (string[])["proto.test", "set.test"])
        {
            var (status, answer) = await library.SendAsync(host, method, target, body);
            status.ShouldBe(200, answer);
            var seen = JsonNode.Parse(JsonNode.Parse(answer)!["json"]!.GetValue<string>());
            JsonNode.DeepEquals(seen, JsonNode.Parse(expected)).ShouldBeTrue($"{host}: {seen}");
        }
    }

    [Theory]
    [InlineData("timestamp", "\"2026-11-20T05:25:22.000000001Z\"")]
    [InlineData("duration", "\"-1.5s\"")]
    [InlineData("object", """{"a":1.5,"b":[true,null,"x",{}],"c":{"d":"e"}}""")]
    [InlineData("value", "null")]
    [InlineData("value", "[1,{\"a\":\"b\"}]")]
    [InlineData("list", "[null,1,\"a\"]")]
    [InlineData("mask", "\"a,b.c\"")]
    [InlineData("any", """{"@type":"type.googleapis.com/library.v1.Book","name":"n","kind":"POEMS","author_names":["x"]}""")]
    [InlineData("any", """{"@type":"type.googleapis.com/google.protobuf.Duration","value":"3s"}""")]
    [InlineData("any", """{"@type":"type.googleapis.com/other.Type","value":"AQI="}""")]
    [InlineData("text", "\"t\"")]
    [InlineData("big", "9007199254740993")]
    [InlineData("flag", "false")]
    [InlineData("bytes", "\"AQI=\"")]
    [InlineData("empty", "{}")]
    [InlineData("durations", "[\"1s\",\"0.25s\"]")]
    [InlineData("values", """{"a":null,"b":[1]}""")]
    [InlineData("kinds", """{"1":"NOVEL","-2":"POEMS"}""")]
    [InlineData("more_kinds", """["NOVEL",9]""")]
    public async Task Values_of_every_kind_go_there_and_back(string field, string value)
    {
        var (status, answer) = await library.SendAsync("set.test", "POST", "/v1/echo", $$"""{"{{field}}":{{value}}}""");
        status.ShouldBe(200, answer);
        var echoed = JsonNode.Parse(answer)!.AsObject();
        echoed.ContainsKey(field).ShouldBeTrue(answer);
        JsonNode.DeepEquals(echoed[field], JsonNode.Parse(value)).ShouldBeTrue(answer);
    }

    [Theory]
    [InlineData("""{"timestamp":"yesterday"}""", "a time is expected (RFC 3339)")]
    [InlineData("""{"duration":"1.0000000001s"}""", "a fraction of 1 to 9 digits is expected")]
    [InlineData("""{"any":{"@type":"type.googleapis.com/other.Type","name":"n"}}""", "'type.googleapis.com/other.Type' is not a type of this service")]
    [InlineData("""{"object":[]}""", "an object is expected for google.protobuf.Struct")]
    public async Task Values_that_do_not_fit_are_refused(string body, string reason) =>
        (await library.SendAsync("set.test", "POST", "/v1/echo", body)).ShouldBe((400, reason));

    [Fact]
    public async Task An_answer_may_be_one_field() =>
        (await library.SendAsync("set.test", "GET", "/v1/list")).ShouldBe(
            (200, """[{"name":"b1","kind":"NOVEL","author_names":["ann","bob"]},{"name":"b2","kind":"NOVEL","author_names":["ann","bob"]}]"""));

    [Fact]
    public async Task A_stream_is_lines_and_its_error_the_last_one()
    {
        var (status, body) = await library.SendAsync("proto.test", "GET", "/v1/watch?count=3");
        status.ShouldBe(200);
        body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!["name"]!.GetValue<string>()).ShouldBe(["b1", "b2", "b3"]);

        (_, body) = await library.SendAsync("proto.test", "GET", "/v1/watch?count=1&fail=true");
        var lines = body.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(2);
        lines[1].ShouldBe("""{"error":{"code":15,"message":"lost: 50%","details":[]}}""");
    }

    [Theory]
    [InlineData(3, 400)]
    [InlineData(5, 404)]
    [InlineData(7, 403)]
    [InlineData(8, 429)]
    [InlineData(14, 503)]
    [InlineData(16, 401)]
    public async Task Errors_have_a_status_of_http_and_say_why(int code, int status) =>
        (await library.SendAsync("set.test", "GET", $"/v1/fail/{code}")).ShouldBe((status, $$"""{"code":{{code}},"message":"no: ü","details":[]}"""));

    [Fact]
    public async Task Details_of_errors_are_shown_as_far_as_their_types_are_known()
    {
        var (status, body) = await library.SendAsync("set.test", "GET", "/v1/fail/9?message=because");
        status.ShouldBe(400);
        body.ShouldBe("""
            {"code":9,"message":"because","details":[{"@type":"type.googleapis.com/library.v1.Book","name":"why","kind":"KIND_UNKNOWN"},{"@type":"type.googleapis.com/other.Type","value":"AQI="}]}
            """.Trim());
    }
}

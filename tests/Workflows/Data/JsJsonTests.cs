using System.Text.Json;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Tests.Data;

public sealed class JsJsonTests
{
    [Theory]
    [InlineData("""{"b":1,"a":[true,false,null,"x"],"c":{}}""")]
    [InlineData("""[0.1,-0.5,1e+21,1.5e-7,123456789012345680000,9007199254740991]""")]
    [InlineData("\"grüße 😀 \\\"quoted\\\" \\u0001\"")]
    public void What_is_read_is_written_again(string json) => JsJson.WriteString(JsJson.Parse(json)).ShouldBe(json);

    [Fact]
    public void Names_that_are_indices_come_first_and_ascend() =>
        JsJson.WriteString(JsJson.Parse("""{"b":1,"10":2,"a":3,"2":4,"01":5}""")).ShouldBe("""{"2":4,"10":2,"b":1,"a":3,"01":5}""");

    [Fact]
    public void What_json_cannot_hold_becomes_null_or_is_left_out()
    {
        var value = new JsObject { ["gone"] = default, ["nan"] = double.NaN, ["list"] = new JsArray([default, double.PositiveInfinity]) };
        JsJson.WriteString(value).ShouldBe("""{"nan":null,"list":[null,null]}""");
    }

    [Fact]
    public void A_lone_surrogate_is_written_as_the_replacement_character() => JsJson.WriteString("a\ud800b").ShouldBe("\"a\ufffdb\"");

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1,]")]
    [InlineData("1 2")]
    [InlineData("\"\\ud800\"")]
    public void Anything_else_is_refused(string json) => Should.Throw<JsonException>(() => JsJson.Parse(json));

    [Fact]
    public void Data_that_contains_itself_is_refused()
    {
        var loop = new JsArray();
        loop.Add(loop);
        Should.Throw<JsonException>(() => JsJson.WriteString(loop));
    }

    [Fact]
    public void Nesting_is_limited() => Should.Throw<JsonException>(() => JsJson.Parse(new string('[', 300) + new string(']', 300)));
}

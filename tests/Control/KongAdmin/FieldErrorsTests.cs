using Sluice.Control.KongAdmin;

namespace Sluice.Control.Tests.KongAdmin;

/// <summary>The forms are those of answers recorded from Kong 3.9.</summary>
public sealed class FieldErrorsTests
{
    [Fact]
    public void One_violation_is_told_alone()
    {
        var answer = KongErrors.SchemaViolation([("name", "required field missing")]);
        answer.Status.ShouldBe(400);
        answer.Body!.ToJsonString().ShouldBe(
            """{"message":"schema violation (name: required field missing)","name":"schema violation","code":2,"fields":{"name":"required field missing"}}""");
    }

    [Fact]
    public void Several_are_counted_and_sorted_with_those_of_the_whole_object_first()
    {
        var body = KongErrors.SchemaViolation([("url", "unknown field; did you mean uri?"), ("", "must set one of 'methods'"), ("config.minute", "expected a number")]).Body!;
        ((string)body["message"]!).ShouldBe("3 schema violations (must set one of 'methods'; config.minute: expected a number; url: unknown field)");
        body["fields"]!.ToJsonString(new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
            .ShouldBe("""{"url":"unknown field","@entity":["must set one of 'methods'"],"config":{"minute":"expected a number"}}""");
    }

    [Fact]
    public void Elements_of_lists_are_counted_from_one_in_the_text_and_have_their_place_in_the_list()
    {
        var body = KongErrors.SchemaViolation([("paths[1]", "should start with: /")]).Body!;
        ((string)body["message"]!).ShouldBe("schema violation (paths.2: should start with: /)");
        body["fields"]!.ToJsonString().ShouldBe("""{"paths":[null,"should start with: /"]}""");
    }

    [Theory]
    [InlineData("a[99999999]")]
    [InlineData("a[1].b[2].c")]
    [InlineData("...")]
    [InlineData("a[")]
    public void Any_path_can_be_told(string path) => KongErrors.SchemaViolation([(path, "x"), (path, "y"), ("a", "z")]).Status.ShouldBe(400);
}

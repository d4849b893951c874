using Sluice.Gateway.Plugins.Validating;

namespace Sluice.Gateway.Tests.Plugins.Validating;

public sealed class MediaTypeTests
{
    [Theory]
    [InlineData("application/json", "application/json", true)]
    [InlineData("Application/JSON", "application/json", true)]
    [InlineData("application/json; charset=UTF-8", "application/json;CHARSET=\"utf-8\"", true)]
    [InlineData("application/json", "application/json; charset=utf-8", false)]
    [InlineData("application/json; charset=utf-8", "application/json", false)]
    [InlineData("application/json; profile=A", "application/json; profile=a", false)]
    [InlineData("multipart/form-data; boundary=\"a;b\"; x=1", "multipart/form-data;x=1;boundary=\"a;b\"", true)]
    public void Parameters_are_compared_in_any_order(string a, string b, bool same) => MediaType.Parse(a)!.HasParametersOf(MediaType.Parse(b)!).ShouldBe(same);

    [Theory]
    [InlineData("*/*", true)]
    [InlineData("application/*", true)]
    [InlineData("*/json", true)]
    [InlineData("text/*", false)]
    [InlineData("application/xml", false)]
    public void Ranges_include_types(string range, bool includes) => MediaType.Parse(range)!.Includes(MediaType.Parse("application/json")!).ShouldBe(includes);

    [Theory]
    [InlineData("")]
    [InlineData("json")]
    [InlineData("/json")]
    [InlineData("text/")]
    [InlineData("text/plain; charset")]
    [InlineData("text/plain; =x")]
    public void What_is_no_type_is_none(string text) => MediaType.Parse(text).ShouldBeNull();

    [Theory]
    [InlineData("application/json", true)]
    [InlineData("application/merge-patch+json; a=b", true)]
    [InlineData("application/jsonp", false)]
    [InlineData("text/json", true)]
    public void Json_is_known_by_its_suffix(string text, bool json) => MediaType.Parse(text)!.IsJson.ShouldBe(json);
}

using Sluice.Gateway.Plugins.GrpcGateway;

namespace Sluice.Gateway.Tests.Plugins.GrpcGateway;

public sealed class HttpTemplateTests
{
    [Theory]
    [InlineData("/v1/{name=shelves/*/books/*}", "/v1/shelves/1/books/2", "name=shelves/1/books/2")]
    [InlineData("/v1/{a}/x/{b.c}", "/v1/1/x/2%20", "a=1,b.c=2 ")]
    [InlineData("/v1/{rest=**}", "/v1/a/b/c", "rest=a/b/c")]
    [InlineData("/v1/{rest=**}:undo", "/v1/a/b:undo", "rest=a/b")]
    [InlineData("/v1/*/y", "/v1/x/y", "")]
    [InlineData("/v1/{name}", "/v1/", null)]
    [InlineData("/v1/{name}", "/v1/a/b", null)]
    [InlineData("/v1/{name}:go", "/v1/a", null)]
    [InlineData("/v1", "/v1/a", null)]
    public void Templates_match_paths(string template, string path, string? expected)
    {
        var values = new HttpTemplate(template).Match(path);
        (values is null ? null : string.Join(',', values.Select(v => $"{v.Key}={v.Value}"))).ShouldBe(expected);
    }
}

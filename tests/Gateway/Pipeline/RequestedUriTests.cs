using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Tests.Pipeline;

public class RequestedUriTests
{
    [Theory]
    [InlineData("a.test", "a.test")]
    [InlineData("a.test:8080", "a.test")]
    [InlineData("a.test.", "a.test")]
    [InlineData("[::1]:80", "[::1]")]
    [InlineData("[::1]", "[::1]")]
    [InlineData("", "")]
    public void The_host_has_no_port(string host, string name) => RequestedUri.HostName(host).ToString().ShouldBe(name);

    [Theory]
    [InlineData("/a?b=c", "/a?b=c")]
    [InlineData("/a?u=http://x/", "/a?u=http://x/")]
    [InlineData("http://a.test/b?c", "/b?c")]
    [InlineData("http://a.test", "/")]
    [InlineData("http://a.test?c", "/?c")]
    [InlineData("*", "*")]
    public void The_path_has_no_authority(string target, string path) => RequestedUri.PathAndQuery(target).ToString().ShouldBe(path);
}

using Sluice.Gateway.Routing;

namespace Sluice.Gateway.Tests.Routing;

public sealed class RequestPathTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("/p/x", "/p/x")]
    [InlineData("/p/%61", "/p/a")]
    [InlineData("/p/%7Euser", "/p/~user")]
    [InlineData("/p/a%2Fb", "/p/a%2Fb")]
    [InlineData("/p/a%2fb", "/p/a%2Fb")]
    [InlineData("/p/a%20b", "/p/a b")]
    [InlineData("/caf%c3%a9", "/café")]
    [InlineData("/%25%2541", "/%25%2541")]
    [InlineData("/p%0a", "/p\n")]
    [InlineData("/p/{x}|\"", "/p/{x}|\"")]
    [InlineData("//p///x//", "/p/x/")]
    [InlineData("/p/./x", "/p/x")]
    [InlineData("/p/.", "/p/")]
    [InlineData("/p/..", "/")]
    [InlineData("/p/../q", "/q")]
    [InlineData("/p/x/..", "/p/")]
    [InlineData("/p/%2e%2E/q", "/q")]
    [InlineData("/p/...", "/p/...")]
    [InlineData("/p/.x", "/p/.x")]
    [InlineData("/a.b/c..d", "/a.b/c..d")]
    [InlineData("/a%2Fb/../x", "/x")]
    [InlineData("/a#frag", "/a#frag")]
    public void The_path_is_normalised_as_kong_does(string target, string path) =>
        RequestPath.Parse(target).ShouldBe(new RequestPathResult(path, ""));

    [Theory]
    [InlineData("/p?", "/p", "?")]
    [InlineData("/p?a=b?c", "/p", "?a=b?c")]
    [InlineData("/p?x=/../y//z", "/p", "?x=/../y//z")]
    [InlineData("/p?a=%20&b=+%2b", "/p", "?a=%20&b=+%2b")]
    [InlineData("/%70?a=%zz", "/p", "?a=%zz")]
    [InlineData("/p?y#frag", "/p", "?y")]
    [InlineData("/p?#frag", "/p", "")]
    [InlineData("/p#f?y", "/p#f", "")]
    public void The_query_is_kept_as_it_came(string target, string path, string query) =>
        RequestPath.Parse(target).ShouldBe(new RequestPathResult(path, query));

    [Theory]
    [InlineData("http://h.test/p?x", "/p", "?x")]
    [InlineData("https://h.test:8443", "/", "")]
    [InlineData("HTTP://h?x=1", "/", "?x=1")]
    public void Scheme_and_authority_of_an_absolute_target_are_ignored(string target, string path, string query) =>
        RequestPath.Parse(target).ShouldBe(new RequestPathResult(path, query));

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("p")]
    [InlineData("http://")]
    [InlineData("http:///p")]
    [InlineData("1http://h/p")]
    [InlineData("h.test:80")]
    [InlineData("/..")]
    [InlineData("/../p")]
    [InlineData("/p/../..")]
    [InlineData("//../p")]
    [InlineData("/a%2F..%2F../p/../..")]
    [InlineData("/%2e%2e/p")]
    [InlineData("/p%00")]
    [InlineData("/p%zz")]
    [InlineData("/p%")]
    [InlineData("/p%2")]
    [InlineData("/a b")]
    [InlineData("/p\u0001")]
    [InlineData("/p?a b")]
    [InlineData("/\u20ac")]
    public void What_nginx_refuses_is_malformed(string target) => RequestPath.Parse(target).Error.ShouldBe(RequestPathError.Malformed);

    [Theory]
    [InlineData("/p/%e4%bd")]
    [InlineData("/p/%ff")]
    [InlineData("/p/\u00e9")]
    public void What_is_not_utf8_is_told_apart(string target) => RequestPath.Parse(target).Error.ShouldBe(RequestPathError.NotUtf8);

    [Fact]
    public void A_normal_target_comes_back_as_it_is()
    {
        const string target = "/a/b-c_d.e~f/1,2;3";
        RequestPath.Parse(target).Path.ShouldBeSameAs(target);
    }

    [Fact]
    public void Parsing_what_was_parsed_changes_nothing()
    {
        const string alphabet = "/.%2eEfF aé?#";
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var target = "/" + string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            var once = RequestPath.Parse(target);
            if (once.Error != RequestPathError.None || once.Path.Contains('#')) continue;
            RequestPath.Parse(UpstreamPath.Escape(once.Path)).Path.ShouldBe(once.Path, target);
        }
    }
}

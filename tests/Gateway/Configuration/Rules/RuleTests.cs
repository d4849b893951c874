using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Tests.Configuration.Rules;

/// <summary>A text that each rule accepts or refuses; "" stands for accepted.</summary>
public class RuleTests
{
    private static void Check(RuleAttribute rule, string value, string refusal) => (rule.Refuse(value) ?? "").ShouldBe(refusal);

    [Theory]
    [InlineData("example.com", "")]
    [InlineData("a_b", "")]
    [InlineData("10.0.0.1", "")]
    [InlineData("::1", "")]
    [InlineData("fqdn.", "")]
    [InlineData("a b", "invalid value: a b")]
    [InlineData("a..b", "invalid value: a..b")]
    [InlineData("a-.b", "invalid value: a-.b")]
    [InlineData("300.1.1.1", "invalid value: 300.1.1.1")]
    [InlineData("a.b:80", "must not have a port")]
    [InlineData("a.b:99999", "must not have a port")]
    public void Host(string value, string refusal) => Check(new HostAttribute(), value, refusal);

    [Theory]
    [InlineData("a.test", "")]
    [InlineData("*.a.test", "")]
    [InlineData("a.test:8080", "")]
    [InlineData("a.*", "")]
    [InlineData("*.a.test:80", "")]
    [InlineData("A.Test", "")]
    [InlineData("*.a.*", "invalid wildcard: must have at most one wildcard")]
    [InlineData("a*.test", "invalid wildcard: must be placed at leftmost or rightmost label")]
    [InlineData("a b", "invalid hostname: a b")]
    [InlineData("a.test:99999", "invalid port number")]
    public void RouteHost(string value, string refusal) => Check(new RouteHostAttribute(), value, refusal);

    [Theory]
    [InlineData("a:80", "")]
    [InlineData("a", "")]
    [InlineData("1.2.3.4:80", "")]
    [InlineData("[::1]:80", "")]
    [InlineData("::1", "")]
    [InlineData("a:99999", "invalid target ('a:99999'); not a valid hostname or ip address")]
    [InlineData("[::1", "invalid target ('[::1'); not a valid hostname or ip address")]
    public void TargetAddress(string value, string refusal) => Check(new TargetAddressAttribute(), value, refusal);

    [Theory]
    [InlineData("a.test", "")]
    [InlineData("*.a.test", "")]
    [InlineData("a b", "invalid value: a b")]
    [InlineData("1.2.3.4", "must not be an IP")]
    [InlineData("a.test:443", "must not have a port")]
    [InlineData("a.*.test", "wildcard must be leftmost or rightmost character")]
    public void ServerName(string value, string refusal) => Check(new ServerNameAttribute(), value, refusal);

    [Theory]
    [InlineData("u.up", "")]
    [InlineData("1.2.3.4", "invalid name ('1.2.3.4'); no ip addresses allowed")]
    [InlineData("u:80", "invalid name ('u:80'); no port allowed")]
    [InlineData("u u", "invalid name ('u u'); must be a valid hostname")]
    public void UpstreamName(string value, string refusal) => Check(new UpstreamNameAttribute(), value, refusal);

    [Theory]
    [InlineData("10.0.0.0/8", "")]
    [InlineData("::1", "")]
    [InlineData("2001:db8::/32", "")]
    [InlineData("10.0.0.0/33", "invalid ip or cidr range: '10.0.0.0/33'")]
    [InlineData("1", "invalid ip or cidr range: '1'")]
    [InlineData("x.test", "invalid ip or cidr range: 'x.test'")]
    [InlineData("1.2.3.4:80", "invalid ip or cidr range: '1.2.3.4:80'")]
    public void IpOrCidr(string value, string refusal) => Check(new IpOrCidrAttribute(), value, refusal);

    [Theory]
    [InlineData("/a/b%20c", "")]
    [InlineData("a", "should start with: /")]
    [InlineData("/a//b", "must not have empty segments")]
    [InlineData("/a b", "invalid path: '/a b' (characters outside of the reserved list of RFC 3986 found)")]
    [InlineData("/a%2", "invalid url-encoded value: '%2'")]
    public void Path(string value, string refusal) => Check(new PathAttribute(), value, refusal);

    [Theory]
    [InlineData("/", "")]
    [InlineData("/a b", "")]
    [InlineData("/café", "")]
    [InlineData("/a%2Fb%25", "")]
    [InlineData("/a?b=c", "")]
    [InlineData("~/a/(?<id>\\d+)$", "")]
    [InlineData("~/a/(?P<id>[^/]+)", "")]
    [InlineData("abc", "should start with: / (fixed path) or ~/ (regex path)")]
    [InlineData("~a", "should start with: / (fixed path) or ~/ (regex path)")]
    [InlineData("/a//b", "must not have empty segments")]
    [InlineData("/a%41", "non-normalized path, consider use '/aA' instead")]
    [InlineData("/caf%C3%A9", "non-normalized path, consider use '/café' instead")]
    [InlineData("/a%2f", "non-normalized path, consider use '/a%2F' instead")]
    [InlineData("/a/../b", "non-normalized path, consider use '/b' instead")]
    [InlineData("/a/.", "non-normalized path, consider use '/a/' instead")]
    [InlineData("/a%zz", "invalid url-encoded value: '%zz'")]
    [InlineData("~/(a)\\1", "invalid regex: '/(a)\\1' (backreferences are not supported (at character 6))")]
    [InlineData("~/a(?=b)", "invalid regex: '/a(?=b)' (look-around, including look-ahead and look-behind, is not supported (at character 6))")]
    [InlineData("~/a[(?=]", "")]
    [InlineData("~/a\\(?=b", "")]
    public void RoutePath(string value, string refusal) => Check(new RoutePathAttribute(), value, refusal);

    [Fact]
    public void A_path_whose_regular_expression_does_not_close_is_refused() => new RoutePathAttribute().Refuse("~/a(b")!.ShouldStartWith("invalid regex: '/a(b' (");

    [Theory]
    [InlineData("a.B-_~9", "")]
    [InlineData("naïve", "")]
    [InlineData("a b", "invalid value 'a b': the only accepted ascii characters are alphanumerics or ., -, _, and ~")]
    public void ObjectName(string value, string refusal) => Check(new ObjectNameAttribute(), value, refusal);

    [Theory]
    [InlineData("a b:c", "")]
    [InlineData("a,b", "invalid tag 'a,b': expected printable ascii (except `,` and `/`) or valid utf-8 sequences")]
    public void Tag(string value, string refusal) => Check(new TagAttribute(), value, refusal);

    [Theory]
    [InlineData("GET", "")]
    [InlineData("get", "invalid value: get; a method is written in upper-case letters")]
    [InlineData("M-SEARCH", "invalid value: M-SEARCH; a method is written in upper-case letters")]
    public void HttpMethod(string value, string refusal) => Check(new HttpMethodAttribute(), value, refusal);

    [Theory]
    [InlineData("X-A_1", "")]
    [InlineData("x y", "bad header name 'x y', allowed characters are A-Z, a-z, 0-9, '_', and '-'")]
    [InlineData("HOST", "cannot contain 'host' header, which must be specified in the 'hosts' attribute")]
    public void RouteHeaderName(string value, string refusal) => Check(new RouteHeaderNameAttribute(), value, refusal);

    [Theory]
    [InlineData("my-env", "")]
    [InlineData("env", "must not be the name of a kind of vault ('env')")]
    [InlineData("My", "invalid value 'My': a prefix is made of lower-case letters, digits and dashes, and begins with a letter")]
    public void VaultPrefix(string value, string refusal) => Check(new VaultPrefixAttribute(), value, refusal);
}

using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Plugins.IdentityProviders;
using Sluice.Gateway.Plugins.OpenIdConnect;

namespace Sluice.Gateway.Tests.Plugins.OpenIdConnect;

public class LoginCookiesTests
{
    private const long Now = 1_800_000_000;

    private readonly LoginCookies cookies = new(new OpenIdConnectConfig(), "secret");

    [Theory]
    [InlineData(10, 1)]
    [InlineData(4000, 4)]
    [InlineData(7000, 6)]
    public void A_large_session_is_kept_in_several_cookies(int size, int count)
    {
        var session = Session(size);
        var lines = cookies.Save(session, None(), https: true).ShouldNotBeNull();
        lines.Length.ShouldBe(count);
        lines.ShouldAllBe(l => l.Length < 4096 && l.EndsWith("; Path=/; SameSite=Lax; Secure; HttpOnly"));
        cookies.Open(Of(lines), Now).ShouldBe(session);
        if (count > 1) cookies.Open(Of(lines[1..]), Now).ShouldBeNull();
        if (count > 1) cookies.Open(Of(lines[..^1]), Now).ShouldBeNull();
    }

    [Fact]
    public void A_session_that_is_too_large_is_not_kept() => cookies.Save(Session(20_000), None(), https: true).ShouldBeNull();

    [Fact]
    public void A_session_that_became_smaller_takes_cookies_back()
    {
        var large = Of(cookies.Save(Session(4000), None(), https: true)!);
        var lines = cookies.Save(Session(10), large, https: true)!;
        lines.Count(l => l.Contains("Max-Age=0", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Theory]
    [InlineData(900, true)]
    [InlineData(901, false)]
    public void A_session_that_is_not_used_ends(int seconds, bool open) =>
        (cookies.Open(Of(cookies.Save(Session(10), None(), https: false)!), Now + seconds) is not null).ShouldBe(open);

    [Fact]
    public void The_upstream_gets_the_other_cookies_only()
    {
        var headers = new HeaderDictionary { ["Cookie"] = "a=1; session=2.x; session2=y; authorization=z; session_id=kept" };
        cookies.Hide(headers);
        headers["Cookie"].ToString().ShouldBe("a=1; session_id=kept");
    }

    [Fact]
    public void Tokens_do_not_get_into_texts()
    {
        var session = Session(10);
        $"{session} {session.Tokens} {session.Claims()}".ShouldNotContain(session.Tokens.Access);
    }

    private static LoginSession Session(int size) =>
        new(new TokenSet(Convert.ToHexString(RandomNumberGenerator.GetBytes(size)), "i", "r", null, null), Now + 300, Now, Now, Now);

    private static IRequestCookieCollection None() => Of([]);

    private static IRequestCookieCollection Of(string[] lines)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Cookie = string.Join("; ", lines.Select(l => l.Split(';')[0]));
        return http.Request.Cookies;
    }
}

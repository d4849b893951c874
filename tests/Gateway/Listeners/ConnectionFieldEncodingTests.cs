using System.Text;
using Sluice.Gateway.Listeners;

namespace Sluice.Gateway.Tests.Listeners;

public class ConnectionFieldEncodingTests
{
    [Theory]
    [InlineData("close", "close")]
    [InlineData("Keep-Alive", "Keep-Alive")]
    [InlineData("X-Foo", "X-Foo")]
    [InlineData("X-Foo, te", "X-Foo, te")]
    [InlineData("keep-alive, Upgrade", "keep-alive, Upgrade")]
    [InlineData("close, ,", "close, ,")]
    [InlineData("close, X-Foo", "close, X-Foo, keep-alive")]
    [InlineData("X-Foo,CLOSE", "X-Foo,CLOSE, keep-alive")]
    [InlineData("Upgrade, X-Foo", "Upgrade, X-Foo, keep-alive")]
    [InlineData("keep-alive, X-Foo, X-Bar", "X-Foo,X-Bar")]
    [InlineData("X-Foo , Keep-Alive,", "X-Foo")]
    [InlineData("keep-alive, close, X-Foo", "keep-alive, close, X-Foo")]
    [InlineData("", "")]
    public void Names_are_kept_from_being_replaced(string value, string decoded) =>
        ConnectionFieldEncoding.Instance.GetString(Encoding.Latin1.GetBytes(value).AsSpan()).ShouldBe(decoded);

    [Fact]
    public void Arrays_are_decoded_as_spans_are() =>
        ConnectionFieldEncoding.Instance.GetString("..close, X-Foo.."u8.ToArray(), 2, 12).ShouldBe("close, X-Foo, keep-alive");

    [Fact]
    public void A_zero_is_refused() =>
        Should.Throw<InvalidOperationException>(() => ConnectionFieldEncoding.Instance.GetString("a\0"u8.ToArray().AsSpan()));
}

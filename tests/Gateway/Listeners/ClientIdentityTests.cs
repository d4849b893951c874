using System.Net;
using Sluice.Gateway.Listeners;

namespace Sluice.Gateway.Tests.Listeners;

public class ClientIdentityTests
{
    [Theory]
    [InlineData("1.2.3.4", "1.2.3.4", 0)]
    [InlineData("1.2.3.4:555", "1.2.3.4", 555)]
    [InlineData("2001:DB8::1", "2001:db8::1", 0)]
    public void An_address_is_read(string text, string address, int port)
    {
        ClientIdentity.TryParse(text, out var read, out var readPort).ShouldBeTrue();
        (read, readPort).ShouldBe((IPAddress.Parse(address), port));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("1.2.3")]
    [InlineData("010.1.1.1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("1.2.3.4:x")]
    [InlineData("unknown")]
    [InlineData("")]
    public void What_only_looks_like_an_address_is_not(string text) => ClientIdentity.TryParse(text, out _, out _).ShouldBeFalse();
}

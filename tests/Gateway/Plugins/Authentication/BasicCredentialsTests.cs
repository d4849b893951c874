using System.Text;
using Sluice.Gateway.Plugins.Authentication;

namespace Sluice.Gateway.Tests.Plugins.Authentication;

public class BasicCredentialsTests
{
    [Theory]
    [InlineData("Basic YTpi", "a", "b")]
    [InlineData("basic YTpi", "a", "b")]
    [InlineData("  Basic   YTpi", "a", "b")]
    [InlineData("BasicYTpi", "a", "b")]
    [InlineData("Negotiate, Basic YTpi", "a", "b")]
    [InlineData("Basic YTo=", "a", "")]
    [InlineData("Basic YTo", "a", "")]
    [InlineData("Basic YTpiOmM= and more", "a", "b:c")]
    [InlineData("Basic OmE6Yg==", "a", "b")]
    [InlineData("Basic YTpiCmM=", "a", "b")]
    [InlineData("Basic w6Q6w7w=", "ä", "ü")]
    public void Reads_what_Kong_reads(string value, string username, string password)
    {
        var read = BasicCredentials.Read(value).ShouldNotBeNull();
        read.Username.ShouldBe(username);
        Encoding.UTF8.GetString(read.Password).ShouldBe(password);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Basic")]
    [InlineData("Basic ")]
    [InlineData("BASIC YTpi")]
    [InlineData("Bearer YTpi")]
    [InlineData("Basic YQ==")]
    [InlineData("Basic OmE=")]
    [InlineData("Basic !!!")]
    [InlineData("Basic YTpi YTpi")]
    [InlineData("Basic YTpiY")]
    public void Everything_else_is_none(string? value) => BasicCredentials.Read(value).ShouldBeNull();

    [Theory]
    [InlineData("", "")]
    [InlineData("QQ", "A")]
    [InlineData("QR==", "A")]
    [InlineData("QUI", "AB")]
    [InlineData("QUJDRA==QUJD", "ABCD")]
    public void Base64_ends_with_the_first_equals_sign(string text, string bytes) =>
        Encoding.Latin1.GetString(NginxBase64.Decode(text).ShouldNotBeNull()).ShouldBe(bytes);

    [Theory]
    [InlineData("Q")]
    [InlineData("QUJDR")]
    [InlineData("QU-_")]
    [InlineData("QU JD")]
    public void Base64_with_other_characters_is_none(string text) => NginxBase64.Decode(text).ShouldBeNull();
}

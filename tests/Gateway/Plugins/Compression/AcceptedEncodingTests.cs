using Sluice.Gateway.Plugins.Compression;

namespace Sluice.Gateway.Tests.Plugins.Compression;

public sealed class AcceptedEncodingTests
{
    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("x-gzip", "gzip")]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("GZIP;Q=1.0 , br;q=0.9", "gzip")]
    [InlineData("br;q=0, *", "gzip")]
    [InlineData("*", "br")]
    [InlineData("*;q=0", null)]
    [InlineData("gzip;q=0", null)]
    [InlineData("gzip;q=0.000", null)]
    [InlineData("identity, gzip;q=0.5", null)]
    [InlineData("identity;q=0.5, gzip;q=0.5", "gzip")]
    [InlineData("identity;q=0", null)]
    [InlineData("deflate", null)]
    [InlineData("", null)]
    [InlineData("gzip;q=2", null)]
    [InlineData("gzip;q=-1", null)]
    [InlineData("gzip;q=", null)]
    [InlineData("gzip;level=9", null)]
    [InlineData(",,;,gzip;;", null)]
    [InlineData(",,;, br", "br")]
    public void The_best_of_what_both_like_is_taken(string accepted, string? expected) =>
        AcceptedEncoding.Choose(["br", "gzip"], accepted).ShouldBe(expected);

    [Fact]
    public void Several_lines_are_one_list() => AcceptedEncoding.Choose(["br", "gzip"], new(["gzip;q=0.5", "br;q=0.4"])).ShouldBe("gzip");

    [Fact]
    public void A_client_without_the_field_gets_plain_bytes() => AcceptedEncoding.Choose(["br", "gzip"], default).ShouldBeNull();
}

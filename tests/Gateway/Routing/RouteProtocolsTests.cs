using Sluice.Gateway.Routing;

namespace Sluice.Gateway.Tests.Routing;

public sealed class RouteProtocolsTests
{
    [Theory]
    [InlineData("http,https", false, false, null, ProtocolMismatch.None)]
    [InlineData("https", false, false, null, ProtocolMismatch.NeedsHttps)]
    [InlineData("https", true, false, null, ProtocolMismatch.None)]
    [InlineData("http", true, false, null, ProtocolMismatch.None)]
    [InlineData("grpc,grpcs", false, true, "application/grpc+proto", ProtocolMismatch.None)]
    [InlineData("grpc", false, false, "application/grpc", ProtocolMismatch.NeedsHttp2)]
    [InlineData("grpc", false, true, "application/json", ProtocolMismatch.NotGrpc)]
    [InlineData("grpc", false, false, null, ProtocolMismatch.NotGrpc)]
    [InlineData("grpcs", false, true, "application/grpc", ProtocolMismatch.GrpcNeedsTls)]
    [InlineData("grpcs", true, true, "application/grpc", ProtocolMismatch.None)]
    public void A_matched_route_is_checked_for_what_the_client_speaks(
        string protocols, bool secure, bool http2, string? contentType, ProtocolMismatch expected) =>
        RouteProtocolRules.Parse(protocols.Split(',')).Check(secure, http2, contentType).ShouldBe(expected);
}

using Microsoft.AspNetCore.Http.Features;
using Sluice.Gateway.Plugins.RequestSizeLimiting;

namespace Sluice.Gateway.Tests.Plugins.RequestSizeLimiting;

public class RequestSizeLimitingPluginTests
{
    private static readonly RequestSizeLimitingConfig Kilobyte = new() { AllowedPayloadSize = 1, SizeUnit = "kilobytes" };

    [Theory]
    [InlineData(1024, null, 200)]
    [InlineData(1025, null, 413)]
    [InlineData(1025, "100-Continue", 417)]
    public async Task The_length_told_decides(int length, string? expect, int status) =>
        (await Harness(Kilobyte).SendAsync("/", "POST", expect is null ? null : [("Expect", expect)], new byte[length])).Status.ShouldBe(status);

    [Fact]
    public async Task A_client_that_asked_first_may_still_send_its_body_so_the_connection_ends() =>
        (await Harness(Kilobyte).SendAsync("/", "POST", [("Expect", "100-continue")], new byte[1025])).Answer!.CloseConnection.ShouldBeTrue();

    [Theory]
    [InlineData(1024, 200)]
    [InlineData(1025, 413)]
    public async Task Small_limits_hold_for_chunked_bodies_before_anything_goes_upstream(int length, int status)
    {
        var result = await Harness(Kilobyte).SendAsync("/", "POST", body: new byte[length], prepare: e =>
        {
            e.Request.ContentLength = null;
            e.Http.Features.Set<IHttpRequestBodyDetectionFeature>(new HasBody());
        });
        result.Status.ShouldBe(status);
        if (status == 200) result.Exchange.BufferedRequestBody!.Length.ShouldBe(length);
    }

    [Fact]
    public async Task Large_limits_are_left_to_the_HTTP_layer_while_the_body_streams()
    {
        var limit = new Limit();
        var result = await Harness(new RequestSizeLimitingConfig { AllowedPayloadSize = 1 }).SendAsync("/", "POST", body: new byte[10], prepare: e =>
        {
            e.Request.ContentLength = null;
            e.Http.Features.Set<IHttpRequestBodyDetectionFeature>(new HasBody());
            e.Http.Features.Set<IHttpMaxRequestBodySizeFeature>(limit);
        });
        result.Status.ShouldBe(200);
        limit.MaxRequestBodySize.ShouldBe(1024 * 1024);
        result.Exchange.BufferedRequestBody.ShouldBeNull();
    }

    [Fact]
    public async Task A_length_may_be_required()
    {
        var harness = Harness(new RequestSizeLimitingConfig { RequireContentLength = true });
        (await harness.SendAsync("/", "POST")).Status.ShouldBe(411);
        (await harness.SendAsync("/", "POST", body: [1])).Status.ShouldBe(200);
    }

    private static PluginHarness Harness(RequestSizeLimitingConfig config) => new PluginHarness().Use("request-size-limiting", config);

    private sealed class HasBody : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => true;
    }

    private sealed class Limit : IHttpMaxRequestBodySizeFeature
    {
        public bool IsReadOnly => false;

        public long? MaxRequestBodySize { get; set; } = 30_000_000;
    }
}

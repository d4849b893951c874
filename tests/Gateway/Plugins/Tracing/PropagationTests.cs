using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Tracing;

namespace Sluice.Gateway.Tests.Plugins.Tracing;

public sealed class PropagationTests
{
    private const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private const string B3 = "1af7651916cd43dd8448eb211c80319c-c7ad6b7169203331-1";

    private readonly Exchange exchange = new(new DefaultHttpContext(), loop: null);

    private IHeaderDictionary Headers => exchange.Request.Headers;

    [Fact]
    public void The_first_format_that_is_there_counts_and_is_preserved()
    {
        (Headers["traceparent"], Headers["b3"]) = (Parent, B3);
        Run(new PropagationConfig { Extract = ["jaeger", "b3", "w3c"], Inject = ["preserve"] });
        Headers["b3"].ToString().ShouldStartWith("1af7651916cd43dd8448eb211c80319c-0000000000000007-1");
        Headers["traceparent"].ToString().ShouldBe(Parent);
    }

    [Fact]
    public void Fields_are_cleared_and_several_formats_written()
    {
        Headers["traceparent"] = Parent;
        Run(new PropagationConfig { Extract = ["w3c"], Clear = ["traceparent"], Inject = ["jaeger", "gcp"] });
        Headers.ContainsKey("traceparent").ShouldBeFalse();
        Headers["uber-trace-id"].ToString().ShouldStartWith("0af7651916cd43dd8448eb211c80319c:0000000000000007:");
        Headers["x-cloud-trace-context"].ToString().ShouldBe("0af7651916cd43dd8448eb211c80319c/7;o=1");
        Propagation.IdsOf(exchange).ShouldBe([new("jaeger", "0af7651916cd43dd8448eb211c80319c"), new("gcp", "0af7651916cd43dd8448eb211c80319c")]);
    }

    [Fact]
    public void Without_a_trace_preserve_means_the_default()
    {
        Run(new PropagationConfig { Extract = ["w3c"], Inject = ["preserve"], DefaultFormat = "aws" });
        Headers["x-amzn-trace-id"].ToString().ShouldEndWith(";Parent=0000000000000007;Sampled=0");
    }

    [Theory]
    [InlineData("preserve", "b3", "b3")]
    [InlineData("ignore", "b3", "b3,x-b3-sampled,x-b3-spanid,x-b3-traceid")]
    [InlineData("w3c", "b3", "b3,traceparent")]
    [InlineData(null, null, "b3")]
    public void The_older_settings_count_where_no_newer_are_given(string? headerType, string? defaultType, string expected)
    {
        Headers["b3"] = B3;
        Run(new PropagationConfig(), headerType, defaultType);
        string.Join(',', Headers.Keys.Order(StringComparer.Ordinal)).ShouldBe(expected);
        Headers["b3"].ToString().Contains("0000000000000007", StringComparison.Ordinal).ShouldBe(headerType is "preserve" or "w3c");
    }

    private void Run(PropagationConfig config, string? headerType = "preserve", string? defaultType = null)
    {
        var propagation = new Propagation(config, "w3c", headerType, defaultType);
        var (caller, format) = propagation.Extract(Headers);
        propagation.Inject(exchange, (caller ?? new() { TraceId = 9, Sampled = false }) with { SpanId = 7 }, format);
    }
}

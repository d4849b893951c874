using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Tests.Telemetry;

public class TraceContextTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Span = "b7ad6b7169203331";

    [Theory]
    [InlineData("traceparent", $"00-{Trace}-{Span}-01", true)]
    [InlineData("traceparent", $"00-{Trace}-{Span}-00", false)]
    [InlineData("b3", $"{Trace}-{Span}-1", true)]
    [InlineData("b3", $"{Trace}-{Span}-0-{Span}", false)]
    [InlineData("b3", $"{Trace}-{Span}", true)]
    public void Both_formats_are_read(string field, string value, bool sampled)
    {
        TraceContext.TryRead(new HeaderDictionary { [field] = value }, out var context).ShouldBeTrue();
        context.TraceId.ToString().ShouldBe(Trace);
        context.SpanId.ToString().ShouldBe(Span);
        context.TraceFlags.HasFlag(System.Diagnostics.ActivityTraceFlags.Recorded).ShouldBe(sampled);
    }

    [Fact]
    public void B3_may_come_in_several_fields_and_with_a_short_trace_id()
    {
        var headers = new HeaderDictionary { ["X-B3-TraceId"] = Trace[16..], ["X-B3-SpanId"] = Span, ["X-B3-Sampled"] = "0" };
        TraceContext.TryRead(headers, out var context).ShouldBeTrue();
        context.TraceId.ToString().ShouldBe(new string('0', 16) + Trace[16..]);
    }

    [Theory]
    [InlineData("traceparent", "garbage")]
    [InlineData("traceparent", $"00-00000000000000000000000000000000-{Span}-01")]
    [InlineData("b3", "0")]
    [InlineData("b3", $"{Trace}-0000000000000000-1")]
    [InlineData("b3", "XYZ7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1")]
    public void What_cannot_be_read_counts_as_absent(string field, string value) =>
        TraceContext.TryRead(new HeaderDictionary { [field] = value }, out _).ShouldBeFalse();
}

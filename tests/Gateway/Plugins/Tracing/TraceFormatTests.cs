using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Plugins.Tracing;

namespace Sluice.Gateway.Tests.Plugins.Tracing;

public sealed class TraceFormatTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Span = "b7ad6b7169203331";

    [Theory]
    [InlineData("w3c", "traceparent", $"00-{Trace}-{Span}-01", null)]
    [InlineData("b3-single", "b3", $"{Trace}-{Span}-1", null)]
    [InlineData("b3-single", "b3", $"8448eb211c80319c-{Span}-0-00f067aa0ba902b7", null)]
    [InlineData("b3-single", "b3", $"{Trace}-{Span}-d", null)]
    [InlineData("b3-single", "b3", $"{Trace}-{Span}", null)]
    [InlineData("b3-single", "b3", "0", null)]
    [InlineData("b3-single", "b3", "d", null)]
    [InlineData("jaeger", "uber-trace-id", $"{Trace}:{Span}:00f067aa0ba902b7:01", null)]
    [InlineData("jaeger", "uber-trace-id", $"{Trace}:{Span}:0:1", $"{Trace}:{Span}:0000000000000000:01")]
    [InlineData("jaeger", "uber-trace-id", $"8448eb211c80319c:{Span}:0000000000000000:00", null)]
    [InlineData("aws", "x-amzn-trace-id", $"Root=1-0af76519-16cd43dd8448eb211c80319c;Parent={Span};Sampled=1", null)]
    [InlineData("aws", "x-amzn-trace-id", $"Self=x; Sampled=0 ;Parent={Span};Root=1-0af76519-16cd43dd8448eb211c80319c", $"Root=1-0af76519-16cd43dd8448eb211c80319c;Parent={Span};Sampled=0")]
    [InlineData("gcp", "x-cloud-trace-context", $"{Trace}/13235353014750950193;o=1", null)]
    [InlineData("gcp", "x-cloud-trace-context", $"{Trace}/1", $"{Trace}/1;o=0")]
    public void What_is_read_is_written_the_same(string format, string field, string value, string? written)
    {
        var headers = new HeaderDictionary { [field] = value };
        var trace = TraceFormat.All[format].Read(headers).ShouldNotBeNull();
        var output = new HeaderDictionary();
        TraceFormat.All[format].Write(output, trace);
        output[field].ToString().ShouldBe(written ?? value);
    }

    [Fact]
    public void B3_in_several_fields_keeps_its_flags()
    {
        var headers = new HeaderDictionary
        {
            ["X-B3-TraceId"] = "8448eb211c80319c",
            ["X-B3-SpanId"] = Span,
            ["X-B3-ParentSpanId"] = "00f067aa0ba902b7",
            ["X-B3-Flags"] = "1",
        };
        var trace = TraceFormat.All["b3"].Read(headers).ShouldNotBeNull();
        trace.ShouldSatisfyAllConditions(
            () => trace.Sampled.ShouldBe(true),
            () => trace.TraceIdBytes.ShouldBe(8),
            () => trace.SharesSpan.ShouldBeTrue());
        var output = new HeaderDictionary();
        TraceFormat.All["b3"].Write(output, trace);
        output.ToDictionary(h => h.Key, h => h.Value.ToString()).ShouldBe(new Dictionary<string, string>
        {
            ["x-b3-traceid"] = "8448eb211c80319c",
            ["x-b3-spanid"] = Span,
            ["x-b3-parentspanid"] = "00f067aa0ba902b7",
            ["x-b3-flags"] = "1",
        });
    }

    [Fact]
    public void Datadog_takes_and_gives_decimal_numbers()
    {
        var headers = new HeaderDictionary { ["x-datadog-trace-id"] = " 1234567890 ", ["x-datadog-parent-id"] = "77", ["x-datadog-sampling-priority"] = "2" };
        var output = new HeaderDictionary();
        TraceFormat.All["datadog"].Write(output, TraceFormat.All["datadog"].Read(headers)!);
        output["x-datadog-trace-id"].ToString().ShouldBe("1234567890");
        output["x-datadog-parent-id"].ToString().ShouldBe("77");
        output["x-datadog-sampling-priority"].ToString().ShouldBe("1");
    }

    [Fact]
    public void Baggage_travels_with_jaeger_and_opentracing()
    {
        var headers = new HeaderDictionary { ["uber-trace-id"] = $"{Trace}:{Span}:0:1", ["uberctx-User-Id"] = "a%20b" };
        var trace = TraceFormat.All["jaeger"].Read(headers)!;
        trace.Baggage.ShouldBe([new("user-id", "a b")]);
        var output = new HeaderDictionary();
        TraceFormat.All["ot"].Write(output, trace);
        output["ot-baggage-user-id"].ToString().ShouldBe("a%20b");
        output["ot-tracer-traceid"].ToString().ShouldBe(Trace);
    }

    [Theory]
    [InlineData("b3", "b3", "garbage")]
    [InlineData("ot", "ot-tracer-traceid", "zz")]
    [InlineData("datadog", "x-datadog-trace-id", "abc")]
    public void Ids_that_cannot_be_read_are_none(string format, string field, string value) =>
        TraceFormat.All[format].Read(new HeaderDictionary { [field] = value }).ShouldNotBeNull().TraceId.ShouldBeNull();

    [Theory]
    [InlineData("jaeger", "uber-trace-id", "1:2:3")]
    [InlineData("jaeger", "uber-trace-id", "0:2:3:1")]
    [InlineData("aws", "x-amzn-trace-id", "Root=2-0af76519-16cd43dd8448eb211c80319c")]
    [InlineData("aws", "x-amzn-trace-id", $"Root=1-0af76519-16cd43dd8448eb211c80319c;Parent={Span};Sampled=2")]
    [InlineData("gcp", "x-cloud-trace-context", $"{Trace}/x;o=1")]
    [InlineData("gcp", "x-cloud-trace-context", $"{Trace}/1;o=12")]
    [InlineData("datadog", "x-datadog-sampling-priority", "9")]
    public void A_field_that_makes_no_sense_does_not_count(string format, string field, string value) =>
        TraceFormat.All[format].Read(new HeaderDictionary { [field] = value }).ShouldBeNull();
}

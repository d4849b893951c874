using System.Text;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Telemetry;

namespace Sluice.Fuzz.Targets;

/// <summary>The trace fields of requests: a line for each of traceparent, tracestate, b3 and the three of X-B3.</summary>
internal sealed class TraceContextTarget() : FuzzTarget("trace")
{
    private static readonly string[] Fields = ["traceparent", "tracestate", "b3", "X-B3-TraceId", "X-B3-SpanId", "X-B3-Sampled"];

    public override IReadOnlyList<byte[]> Pieces { get; } = AllOf("-", "00", "ff", "0000000000000000", "0af7651916cd43dd8448eb211c80319c", "\n", ",", "=", "d", "1");

    protected override IEnumerable<byte[]> Samples => AllOf(
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\na=b,c=d",
        "\n\n0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1-b7ad6b7169203332",
        "\n\n\n0af7651916cd43dd\nb7ad6b7169203331\n1");

    protected override void Run(byte[] input)
    {
        var headers = new HeaderDictionary();
        foreach (var (name, value) in Fields.Zip(Encoding.Latin1.GetString(input).Split('\n')))
            if (value.Length > 0) headers[name] = value;
        if (TraceContext.TryRead(headers, out var context))
        {
            context.TraceId.ToHexString().ShouldNotBe(new string('0', 32));
            context.SpanId.ToHexString().ShouldNotBe(new string('0', 16));
        }

        TraceContext.TraceIdOf(headers).Length.ShouldBeOneOf(0, 32);
    }
}

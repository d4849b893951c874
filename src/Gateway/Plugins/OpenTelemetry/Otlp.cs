using System.Buffers.Binary;
using Sluice.Foundation.Protobuf;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Plugins.OpenTelemetry;

/// <summary>The messages of OTLP 1.3 (opentelemetry-proto): spans and log records, and the requests that carry many of them.</summary>
internal static class Otlp
{
    /// <summary>A message <c>Resource</c>: who sends.</summary>
    public static byte[] Resource(IReadOnlyDictionary<string, string>? given)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["service.name"] = "kong",
            ["service.instance.id"] = GatewayNode.Id,
            ["service.version"] = GatewayHeaders.Version,
        };
        foreach (var (name, value) in given ?? new Dictionary<string, string>()) attributes[name] = value;
        var resource = new ProtoWriter();
        foreach (var (name, value) in attributes) Attribute(resource, 1, name, value);
        return resource.ToArray();
    }

    /// <summary>An <c>ExportTraceServiceRequest</c> of spans, or an <c>ExportLogsServiceRequest</c> of log records: their numbers are the same.</summary>
    public static byte[] Request(byte[] resource, IReadOnlyList<byte[]> entries)
    {
        var request = new ProtoWriter();
        request.Message(1, resourceEntries =>
        {
            resourceEntries.Bytes(1, resource);
            resourceEntries.Message(2, scopeEntries =>
            {
                scopeEntries.Message(1, scope =>
                {
                    scope.Text(1, "kong-internal");
                    scope.Text(2, "0.1.0");
                });
                foreach (var entry in entries) scopeEntries.Bytes(2, entry);
            });
        });
        return request.ToArray();
    }

    public static byte[] Span(OtlpSpan span)
    {
        var message = new ProtoWriter();
        message.Bytes(1, Bytes(span.TraceId));
        message.Bytes(2, Bytes(span.Id));
        if (span.ParentId is { } parent) message.Bytes(4, Bytes(parent));
        message.Text(5, span.Name);
        message.Number(6, (ulong)span.Kind);
        message.Fixed64(7, (ulong)span.Started);
        message.Fixed64(8, (ulong)span.Ended);
        foreach (var (name, value) in span.Attributes) Attribute(message, 9, name, value);
        if (span.Failed) message.Message(15, status => status.Number(3, 2));
        message.Fixed32(16, 1);
        return message.ToArray();
    }

    public static byte[] Log(OtlpLog log)
    {
        var message = new ProtoWriter();
        message.Fixed64(1, (ulong)log.At);
        message.Number(2, log.Failed ? 17UL : 9UL);
        message.Text(3, log.Failed ? "ERROR" : "INFO");
        message.Message(5, body => body.Bytes(1, log.Body.Span));
        foreach (var (name, value) in log.Attributes) Attribute(message, 6, name, value);
        if (log.TraceId is { } trace)
        {
            message.Fixed32(8, log.Sampled ? 1U : 0U);
            message.Bytes(9, Bytes(trace));
            message.Bytes(10, Bytes(log.SpanId));
        }

        message.Fixed64(11, (ulong)log.At);
        return message.ToArray();
    }

    private static void Attribute(ProtoWriter message, int field, string name, object value) => message.Message(field, pair =>
    {
        pair.Text(1, name);
        pair.Message(2, any =>
        {
            switch (value)
            {
                case bool flag:
                    any.Number(2, flag ? 1UL : 0UL);
                    break;
                case long number:
                    any.Number(3, (ulong)number);
                    break;
                case double number:
                    any.Double(4, number);
                    break;
                default:
                    any.Text(1, (string)value);
                    break;
            }
        });
    });

    private static byte[] Bytes(UInt128 id)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, id);
        return bytes;
    }

    private static byte[] Bytes(ulong id)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, id);
        return bytes;
    }
}

/// <summary>One span. Times in nanoseconds since 1970.</summary>
internal sealed record OtlpSpan
{
    public const int Server = 2;
    public const int Client = 3;

    public required UInt128 TraceId { get; init; }

    public required ulong Id { get; init; }

    public ulong? ParentId { get; init; }

    public required string Name { get; init; }

    public required int Kind { get; init; }

    public required long Started { get; init; }

    public required long Ended { get; init; }

    public bool Failed { get; init; }

    /// <summary>Strings, booleans, <see cref="long"/>s and <see cref="double"/>s.</summary>
    public List<KeyValuePair<string, object>> Attributes { get; } = [];

    public void Tag(string name, object? value)
    {
        if (value is not null) Attributes.Add(new(name, value));
    }
}

/// <summary>One log record. Times in nanoseconds since 1970.</summary>
internal sealed record OtlpLog
{
    public required long At { get; init; }

    public required bool Failed { get; init; }

    /// <summary>UTF-8.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    public UInt128? TraceId { get; init; }

    public ulong SpanId { get; init; }

    public bool Sampled { get; init; }

    public List<KeyValuePair<string, object>> Attributes { get; } = [];
}

using System.Net;
using System.Text;
using Sluice.Tests.Servers;

namespace Sluice.Acceptance.Harness;

/// <summary>A collector of spans: OTLP as protobuf over HTTP, as far as tests look at it.</summary>
internal sealed class TraceCollector : IAsyncDisposable
{
    private readonly HttpListener listener = new();
    private readonly List<CollectedSpan> spans = [];
    private readonly HashSet<string> services = new(StringComparer.Ordinal);

    private TraceCollector(string url)
    {
        Url = url;
        listener.Prefixes.Add(url + "/");
    }

    public string Url { get; }

    public IReadOnlyList<CollectedSpan> Spans
    {
        get { lock (spans) return [.. spans]; }
    }

    /// <summary>The <c>service.name</c> of every sender.</summary>
    public IReadOnlyList<string> Services
    {
        get { lock (spans) return [.. services]; }
    }

    public static TraceCollector Start()
    {
        var collector = new TraceCollector($"http://127.0.0.1:{FreePorts.Next()}");
        collector.listener.Start();
        _ = collector.ServeAsync();
        return collector;
    }

    public ValueTask DisposeAsync()
    {
        listener.Close();
        return default;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                if (context.Request.Url!.AbsolutePath == "/v1/traces") Take(body.ToArray());
                context.Response.ContentType = "application/x-protobuf";
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    /// <summary>ExportTraceServiceRequest of opentelemetry-proto: resource spans (1), each with a resource (1) and scopes (2) of spans (2).</summary>
    private void Take(byte[] request)
    {
        lock (spans)
            foreach (var resourceSpans in Messages(request, 1))
            {
                foreach (var resource in Messages(resourceSpans, 1))
                    foreach (var attribute in Messages(resource, 1))
                        if (Text(attribute, 1) == "service.name")
                            services.Add(Text(Messages(attribute, 2).Single(), 1));
                foreach (var scope in Messages(resourceSpans, 2))
                    foreach (var span in Messages(scope, 2))
                        spans.Add(Read(span));
            }
    }

    private static CollectedSpan Read(byte[] span)
    {
        var status = Messages(span, 15).SingleOrDefault() ?? [];
        return new CollectedSpan(Hex(span, 1), Hex(span, 2), Hex(span, 4), Text(span, 5), (SpanKind)Fields(span).Single(f => f.Number == 6).Value)
        {
            Attributes = Messages(span, 9).ToDictionary(a => Text(a, 1), a => Value(Messages(a, 2).Single()), StringComparer.Ordinal),
            Links = [.. Messages(span, 13).Select(l => (Hex(l, 1), Hex(l, 2)))],
            Failed = Fields(status).Any(f => f is { Number: 3, Value: 2 }),
            Failure = Text(status, 2),
        };
    }

    /// <summary>An AnyValue: text, a truth value or a number.</summary>
    private static string Value(byte[] value) => Fields(value).FirstOrDefault() is { Number: > 1, Bytes: null } plain ? plain.Value.ToString(System.Globalization.CultureInfo.InvariantCulture) : Text(value, 1);

    private static string Hex(byte[] message, int field) => Convert.ToHexStringLower(Messages(message, field).SingleOrDefault() ?? []);

    private static string Text(byte[] message, int field) => Encoding.UTF8.GetString(Messages(message, field).SingleOrDefault() ?? []);

    private static IEnumerable<byte[]> Messages(byte[] message, int field) => Fields(message).Where(f => f.Number == field && f.Bytes is not null).Select(f => f.Bytes!);

    /// <summary>The fields of a protobuf message.</summary>
    private static IEnumerable<(int Number, ulong Value, byte[]? Bytes)> Fields(byte[] message)
    {
        var at = 0;
        while (at < message.Length)
        {
            var key = Varint(message, ref at);
            var number = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    yield return (number, Varint(message, ref at), null);
                    break;
                case 1:
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(message, ref at);
                    yield return (number, 0, message[at..(at + length)]);
                    at += length;
                    break;
                default:
                    at += 4;
                    break;
            }
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var b = message[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }
    }
}

internal enum SpanKind { Unspecified, Internal, Server, Client }

/// <summary>A span as it was sent; ids in hex.</summary>
internal sealed record CollectedSpan(string TraceId, string Id, string Parent, string Name, SpanKind Kind)
{
    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    /// <summary>Trace and span of each.</summary>
    public required IReadOnlyList<(string TraceId, string Id)> Links { get; init; }

    public bool Failed { get; init; }

    /// <summary>What the status says of the failure.</summary>
    public string Failure { get; init; } = "";
}

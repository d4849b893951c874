using System.Net;
using System.Text.Json;

namespace Sluice.Gateway.Plugins.Zipkin;

/// <summary>One span in Zipkin's format, version 2. Times in microseconds since 1970.</summary>
internal sealed class ZipkinSpan
{
    public required string Kind { get; init; }

    public required string Name { get; init; }

    public required ulong Id { get; init; }

    public ulong? ParentId { get; init; }

    public long Started { get; set; }

    public long Ended { get; set; }

    /// <summary>Who is at the other end.</summary>
    public string? ServiceName { get; set; }

    public IPAddress? Address { get; set; }

    public int? Port { get; set; }

    public List<KeyValuePair<string, string>> Tags { get; } = [];

    public List<(long At, string Value)> Annotations { get; } = [];

    /// <summary>The last value of a name counts; an empty one is left out, as Zipkin asks.</summary>
    public void Tag(string name, string? value)
    {
        Tags.RemoveAll(t => t.Key == name);
        if (!string.IsNullOrEmpty(value)) Tags.Add(new(name, value));
    }

    public void Annotate(string value, long at) => Annotations.Add((at, value));

    /// <param name="traceId">In hex.</param>
    /// <param name="localService">The name of this gateway.</param>
    /// <param name="defaultService">Who is at the other end where that is not known.</param>
    public byte[] Write(string traceId, string localService, string? defaultService)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("traceId"u8, traceId);
            json.WriteString("name"u8, Name);
            if (ParentId is { } parent) json.WriteString("parentId"u8, parent.ToString("x16", null));
            json.WriteString("id"u8, Id.ToString("x16", null));
            json.WriteString("kind"u8, Kind);
            json.WriteNumber("timestamp"u8, Started);
            json.WriteNumber("duration"u8, Math.Max(0, Ended - Started));
            json.WriteStartObject("localEndpoint"u8);
            json.WriteString("serviceName"u8, localService);
            json.WriteEndObject();
            WriteRemote(json, ServiceName ?? defaultService);
            if (Tags.Count > 0)
            {
                json.WriteStartObject("tags"u8);
                foreach (var (name, value) in Tags) json.WriteString(name, value);
                json.WriteEndObject();
            }

            if (Annotations.Count > 0)
            {
                json.WriteStartArray("annotations"u8);
                foreach (var (at, value) in Annotations)
                {
                    json.WriteStartObject();
                    json.WriteString("value"u8, value);
                    json.WriteNumber("timestamp"u8, at);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    private void WriteRemote(Utf8JsonWriter json, string? service)
    {
        if (Port is null && service is null)
        {
            json.WriteNull("remoteEndpoint"u8);
            return;
        }

        json.WriteStartObject("remoteEndpoint"u8);
        if (service is not null) json.WriteString("serviceName"u8, service);
        if (Port is { } port) json.WriteNumber("port"u8, port);
        if (Address is { } address)
            json.WriteString(address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? "ipv6"u8 : "ipv4"u8, address.ToString());
        json.WriteEndObject();
    }
}

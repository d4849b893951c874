using Sluice.Gateway.Pipeline;

namespace Sluice.Testing;

/// <summary>How a request ended.</summary>
public sealed record PluginTestResult
{
    /// <summary>The status that the client got.</summary>
    public required int Status { get; init; }

    /// <summary>The response's header fields; several of one name joined with commas. Names in any case.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>What the client got, as text.</summary>
    public required string Body { get; init; }

    /// <summary>The error that the gateway or a plugin answered with; null when none did.</summary>
    public required GatewayError? Error { get; init; }

    /// <summary>The username of the consumer that was recognised; null for none.</summary>
    public required string? Consumer { get; init; }

    /// <summary>What the upstream was asked: nothing when a plugin answered, more than once with retries.</summary>
    public required IReadOnlyList<UpstreamCall> Upstream { get; init; }

    /// <summary>A response header field, or null.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}

/// <summary>A request as the upstream got it.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Headers">The header fields that plugins left, names in any case.</param>
/// <param name="Body">The body as text; empty for none.</param>
public sealed record UpstreamCall(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>A header field, or null.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}

/// <summary>What the upstream answers.</summary>
public sealed record UpstreamReply
{
    public int Status { get; init; } = 200;

    /// <summary>Header fields; Content-Length is made of the body.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string> { ["Content-Type"] = "text/plain" };

    public string Body { get; init; } = "";
}

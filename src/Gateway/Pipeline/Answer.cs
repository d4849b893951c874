using Microsoft.Extensions.Primitives;

namespace Sluice.Gateway.Pipeline;

/// <summary>
/// A response that does not come from an upstream. Immutable, so that one made when the snapshot is built can serve every request.
/// Exactly one of <see cref="Error"/> (the body is made in the file's error format) and <see cref="Body"/> counts.
/// </summary>
public sealed class Answer
{
    /// <summary>100 to 599.</summary>
    public required int Status { get; init; }

    /// <summary>The error to describe in the body; null when <see cref="Body"/> is sent as it is.</summary>
    public GatewayError? Error { get; init; }

    /// <summary>Sent as it is, with its Content-Length. Empty by default.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The Content-Type of <see cref="Body"/>; none when null.</summary>
    public string? ContentType { get; init; }

    /// <summary>Further header fields.</summary>
    public IReadOnlyList<KeyValuePair<string, StringValues>> Headers { get; init; } = [];

    /// <summary>The connection cannot be trusted after this and is closed.</summary>
    public bool CloseConnection { get; init; }

    /// <summary>
    /// Writes the body to <c>Exchange.Response.BodyWriter</c> as it becomes known, in place of <see cref="Body"/>; the head has no length then.
    /// What goes wrong on the way breaks the connection off. Not called where a response has no body.
    /// </summary>
    public Func<Exchange, Task>? Stream { get; init; }

    /// <summary>Where the answer comes from, for logs and latency headers.</summary>
    public ResponseSource Source { get; init; } = ResponseSource.Gateway;

    /// <summary>A refusal in the file's error format.</summary>
    public static Answer From(GatewayError error, params IReadOnlyList<KeyValuePair<string, StringValues>> headers) =>
        new() { Status = error.Status, Error = error, Headers = headers };
}

/// <summary>Who made the response that the client got.</summary>
public enum ResponseSource { None, Upstream, Cache, Gateway }

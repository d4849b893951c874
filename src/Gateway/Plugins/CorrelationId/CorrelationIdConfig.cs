using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Plugins.CorrelationId;

/// <summary>How a request gets an id that all who see it share.</summary>
internal sealed record CorrelationIdConfig
{
    /// <summary>The header field that carries the id. A client that sends one keeps its own.</summary>
    [Pattern("[!#$%&'*+.^_`|~0-9A-Za-z-]+", "the name of a header field")]
    public string HeaderName { get; init; } = "Kong-Request-ID";

    /// <summary>How ids are made: <c>uuid</c> at random, <c>uuid#counter</c> one UUID per process and a count, <c>tracker</c> from address, process, connection and time.</summary>
    [OneOf("uuid", "uuid#counter", "tracker")]
    public string? Generator { get; init; } = "uuid#counter";

    /// <summary>Whether the response carries the id too.</summary>
    public bool EchoDownstream { get; init; }
}

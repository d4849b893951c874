using Sluice.Foundation.Schema;
using Sluice.Workflows.Nodes.HttpRequest;

namespace Sluice.Workflows.Nodes.Sse;

/// <summary>Which events are read, and how many.</summary>
[CamelCase]
internal sealed record SseParameters
{
    /// <summary>The address.</summary>
    [Required]
    public Parameter<string> Url { get; init; } = "";

    /// <summary>Whether a connection of the node's credentials authorises the request.</summary>
    public bool Authenticate { get; init; }

    /// <summary>Header fields.</summary>
    public HttpPairs HeaderParameters { get; init; } = new();

    /// <summary>Only events of this name; all unless given.</summary>
    public Parameter<string> Event { get; init; } = "";

    /// <summary>How many events are read.</summary>
    [Between(1, 100_000)]
    public Parameter<double> MaxEvents { get; init; } = 1;

    /// <summary>Milliseconds after which reading ends with the events that came.</summary>
    [Between(1, 3_600_000)]
    public Parameter<double> Timeout { get; init; } = 30_000;

    /// <summary>The last event that was seen: the server goes on behind it.</summary>
    public Parameter<string> LastEventId { get; init; } = "";

    /// <summary>Whether it is a failure when fewer events came in time.</summary>
    public bool RequireAll { get; init; }
}

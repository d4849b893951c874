using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.HttpRequest;

namespace Sluice.Workflows.Nodes.WebSocket;

/// <summary>What is sent where, and what is waited for.</summary>
[CamelCase]
internal sealed record WebSocketParameters
{
    /// <summary>The address: <c>wss://...</c>.</summary>
    [Required]
    public Parameter<string> Url { get; init; } = "";

    /// <summary>Whether a connection of the node's credentials authorises the handshake.</summary>
    public bool Authenticate { get; init; }

    /// <summary>Header fields of the handshake.</summary>
    public HttpPairs HeaderParameters { get; init; } = new();

    /// <summary>The protocols that are offered, in order.</summary>
    [Length(0, 20)]
    public IReadOnlyList<string> Subprotocols { get; init; } = [];

    /// <summary>The message: text as it is, anything else as JSON. Nothing is sent when it is not given.</summary>
    public Parameter<JsValue>? Message { get; init; }

    /// <summary>The field of the file that is sent as a binary message, in place of a message.</summary>
    public Parameter<string> InputDataFieldName { get; init; } = "";

    /// <summary>Whether an answer is waited for.</summary>
    public bool WaitForAnswer { get; init; } = true;

    /// <summary>Messages that come before the answer and are no answer: a greeting, for instance.</summary>
    [Between(0, 1000)]
    public int SkipMessages { get; init; }

    /// <summary>Milliseconds that all of it may take.</summary>
    [Between(1, 3_600_000)]
    public Parameter<double> Timeout { get; init; } = 30_000;

    /// <summary>The field for an answer that is no JSON object.</summary>
    public Parameter<string> OutputPropertyName { get; init; } = "data";
}

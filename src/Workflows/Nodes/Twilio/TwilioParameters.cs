using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.Twilio;

/// <summary>What is done at Twilio.</summary>
[CamelCase]
internal sealed record TwilioParameters : ConnectorParameters
{
    /// <summary>The number that it comes from, with the country: <c>+4930...</c>.</summary>
    public Parameter<string> From { get; init; } = "";

    /// <summary>The number that it goes to.</summary>
    public Parameter<string> To { get; init; } = "";

    /// <summary>Whether it goes by WhatsApp.</summary>
    public bool ToWhatsapp { get; init; }

    /// <summary>The text of a message; for a call, what is said or TwiML.</summary>
    public Parameter<string> Message { get; init; } = "";

    /// <summary>Whether the message of a call is TwiML and not text.</summary>
    public bool Twiml { get; init; }

    /// <summary>More about it: <c>statusCallback</c>, or fields of the API (<c>MediaUrl</c>).</summary>
    public Parameter<JsValue>? Options { get; init; }

    /// <summary>The message or call that is asked about.</summary>
    public Parameter<string> Sid { get; init; } = "";
}

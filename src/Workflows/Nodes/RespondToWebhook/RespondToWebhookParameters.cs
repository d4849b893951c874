using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.RespondToWebhook;

/// <summary>What the caller gets.</summary>
[CamelCase]
internal sealed record RespondToWebhookParameters
{
    /// <summary>What the answer is made of.</summary>
    [OneOf("allIncomingItems", "firstIncomingItem", "json", "text", "binary", "redirect", "noData", "jwt")]
    public string RespondWith { get; init; } = "firstIncomingItem";

    /// <summary>The body of <c>json</c> (as text or as a value) and of <c>text</c>.</summary>
    public Parameter<JsValue> ResponseBody { get; init; } = new(default);

    /// <summary>The claims of the token of <c>jwt</c>, as text or as a value; it is signed with the node's connection.</summary>
    public Parameter<JsValue> Payload { get; init; } = new(default);

    /// <summary>The address that <c>redirect</c> leads to.</summary>
    [Field("redirectURL")]
    public Parameter<string> RedirectUrl { get; init; } = "";

    /// <summary>Whether the file is the first of the item (<c>automatically</c>) or named (<c>set</c>).</summary>
    [OneOf("automatically", "set")]
    public string ResponseDataSource { get; init; } = "automatically";

    /// <summary>The field of the file.</summary>
    public Parameter<string> InputFieldName { get; init; } = "data";

    /// <summary>Whether a second output gives the answer itself.</summary>
    public bool EnableResponseOutput { get; init; }

    /// <summary>More about the answer.</summary>
    public RespondOptions Options { get; init; } = new();
}

/// <summary>More about the answer.</summary>
[CamelCase]
internal sealed record RespondOptions
{
    /// <summary>The status; 200 when absent, 307 for a redirect.</summary>
    [Between(100, 599)]
    public Parameter<double>? ResponseCode { get; init; }

    /// <summary>Header fields.</summary>
    public RespondHeaders ResponseHeaders { get; init; } = new();

    /// <summary>The field that the items are put under.</summary>
    public Parameter<string> ResponseKey { get; init; } = "";

    /// <summary>Whether the answer is sent in parts.</summary>
    [NoEffect("an answer is sent as a whole")]
    public bool EnableStreaming { get; init; }
}

/// <summary>Header fields.</summary>
[CamelCase]
internal sealed record RespondHeaders
{
    /// <summary>The fields.</summary>
    public IReadOnlyList<RespondHeader> Entries { get; init; } = [];
}

/// <summary>A header field.</summary>
[CamelCase]
internal sealed record RespondHeader
{
    /// <summary>Its name.</summary>
    [Required]
    public Parameter<string> Name { get; init; } = "";

    /// <summary>Its value.</summary>
    public Parameter<string> Value { get; init; } = "";
}

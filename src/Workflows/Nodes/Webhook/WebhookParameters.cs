using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Nodes.Webhook;

/// <summary>Under which address and method it is called, and what callers get.</summary>
[CamelCase]
internal sealed record WebhookParameters
{
    /// <summary>The method, or a list of them with <c>multipleMethods</c>.</summary>
    public System.Text.Json.Nodes.JsonNode? HttpMethod { get; init; }

    /// <summary>Whether several methods are answered.</summary>
    public bool MultipleMethods { get; init; }

    /// <summary>The path, with parameters as <c>:name</c>. A route that names the workflow decides the path itself.</summary>
    [AllowEmpty]
    public string Path { get; init; } = "";

    /// <summary>What callers show besides what the route's plugins ask for: a user and password, a header field, a bearer token, or a JSON Web Token, as a connection of the node holds it.</summary>
    [OneOf("none", "basicAuth", "headerAuth", "bearerAuth", "jwtAuth")]
    public string Authentication { get; init; } = "none";

    /// <summary>When the caller is answered: <c>onReceived</c>, <c>lastNode</c> or <c>responseNode</c>; not in parts while the run goes on (<c>streaming</c>).</summary>
    [OneOf("onReceived", "lastNode", "responseNode", "streaming")]
    public string ResponseMode { get; init; } = "onReceived";

    /// <summary>What of the last node's items is answered: <c>allEntries</c>, <c>firstEntryJson</c>, <c>firstEntryBinary</c> or <c>noData</c>.</summary>
    [AllowEmpty]
    public string ResponseData { get; init; } = "firstEntryJson";

    /// <summary>The status of the answer.</summary>
    [Between(100, 599)]
    public int ResponseCode { get; init; } = 200;

    /// <summary>The field of the item that holds the file that is answered.</summary>
    public string ResponseBinaryPropertyName { get; init; } = "data";

    /// <summary>More about the answer and the request.</summary>
    public WebhookOptions Options { get; init; } = new();

    public CallerAnswer Answer() => new()
    {
        Mode = ResponseMode switch { "lastNode" => Runs.ResponseMode.LastNode, "responseNode" => Runs.ResponseMode.ResponseNode, _ => Runs.ResponseMode.OnReceived },
        Status = Options.ResponseCode?.Status ?? ResponseCode,
        Headers = [.. Options.ResponseHeaders.Entries.Select(h => KeyValuePair.Create(h.Name, h.Value))],
        Data = ResponseData is "" ? "firstEntryJson" : ResponseData,
        Property = Options.ResponsePropertyName ?? "",
        BinaryProperty = ResponseBinaryPropertyName,
        ContentType = Options.ResponseContentType,
        ReceivedText = Options.ResponseData,
        NoBody = Options.NoResponseBody,
    };
}

/// <summary>More about the answer and the request.</summary>
[CamelCase]
internal sealed record WebhookOptions
{
    /// <summary>The status of the answer.</summary>
    public ResponseCodeOption? ResponseCode { get; init; }

    /// <summary>Header fields of the answer.</summary>
    public HeaderEntries ResponseHeaders { get; init; } = new();

    /// <summary>The text that is answered at once.</summary>
    public string? ResponseData { get; init; }

    /// <summary>Whether the answer has no body.</summary>
    public bool NoResponseBody { get; init; }

    /// <summary>The media type of the answer.</summary>
    public string? ResponseContentType { get; init; }

    /// <summary>The field of the first item that is the answer; the whole item when absent.</summary>
    [AllowEmpty]
    public string? ResponsePropertyName { get; init; }

    /// <summary>Whether the body is also given as the bytes that came, in the file <c>data</c>; not that of a form with several parts.</summary>
    public bool RawBody { get; init; }

    /// <summary>Whether the body is a file and nothing else, as version 1 of n8n's node has it.</summary>
    public bool BinaryData { get; init; }

    /// <summary>The field that a file is put in; with a number those of a form with several parts. <c>data</c>, and the names of the parts, when absent.</summary>
    [AllowEmpty]
    public string? BinaryPropertyName { get; init; }

    /// <summary>Whether robots and link previews are ignored.</summary>
    public bool IgnoreBots { get; init; }

    /// <summary>The addresses that may call, separated by commas; everybody when empty.</summary>
    [AllowEmpty]
    public string? IpWhitelist { get; init; }

    /// <summary>The origins whose pages may call, separated by commas; <c>*</c> for all. When absent the plugins of the route say it.</summary>
    [AllowEmpty]
    public string? AllowedOrigins { get; init; }
}

/// <summary>The status of an answer: one of the list, or an own one.</summary>
[CamelCase]
internal sealed record ResponseCodeOption
{
    /// <summary>The chosen status.</summary>
    public ResponseCodeValues Values { get; init; } = new();

    public int? Status => Values.ResponseCode is "customCode" ? Values.CustomCode : int.TryParse(Values.ResponseCode, System.Globalization.CultureInfo.InvariantCulture, out var status) ? status : null;
}

/// <summary>The status of an answer.</summary>
[CamelCase]
internal sealed record ResponseCodeValues
{
    /// <summary>The status as text, or <c>customCode</c>.</summary>
    [Ignored]
    public string ResponseCode => Code?.ToString() ?? "200";

    /// <summary>The status, or <c>customCode</c>.</summary>
    [Field("responseCode")]
    public System.Text.Json.Nodes.JsonNode? Code { get; init; }

    /// <summary>The status when it is <c>customCode</c>.</summary>
    [Between(100, 599)]
    public int? CustomCode { get; init; }
}

/// <summary>Header fields.</summary>
[CamelCase]
internal sealed record HeaderEntries
{
    /// <summary>The fields.</summary>
    public IReadOnlyList<HeaderEntry> Entries { get; init; } = [];
}

/// <summary>A header field.</summary>
[CamelCase]
internal sealed record HeaderEntry
{
    /// <summary>Its name.</summary>
    [Required]
    public string Name { get; init; } = "";

    /// <summary>Its value.</summary>
    [AllowEmpty]
    public string Value { get; init; } = "";
}

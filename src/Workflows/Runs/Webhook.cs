using Sluice.Workflows.Data;

namespace Sluice.Workflows.Runs;

/// <summary>A call that starts a run or wakes one, as whoever listens has read it.</summary>
public sealed class WebhookRequest
{
    public required string Method { get; init; }

    /// <summary>The address as the caller wrote it, without the query.</summary>
    public string Url { get; init; } = "";

    /// <summary>Header fields, their names in lower case, several of one name joined by <c>, </c>.</summary>
    public JsObject Headers { get; init; } = new();

    /// <summary>Path parameters.</summary>
    public JsObject Parameters { get; init; } = new();

    /// <summary>Query arguments; a name given several times has a list.</summary>
    public JsObject Query { get; init; } = new();

    /// <summary>What the body says: JSON parsed, forms as an object, other text as a string, an empty object when there is none.</summary>
    public JsValue Body { get; init; } = new JsObject();

    /// <summary>Files that came with it, or the raw body; null when there are none.</summary>
    public IReadOnlyDictionary<string, BinaryData>? Files { get; init; }

    /// <summary>The claims of the token that the caller was let in with; undefined for none.</summary>
    public JsValue JwtPayload { get; init; }

    /// <summary>The item that a run begins with, as n8n has it.</summary>
    public Item ToItem(bool isTest = false)
    {
        var json = new JsObject(7)
        {
            ["headers"] = Headers,
            ["params"] = Parameters,
            ["query"] = Query,
            ["body"] = Body,
            ["webhookUrl"] = Url,
            ["executionMode"] = isTest ? "test" : "production",
        };
        if (!JwtPayload.IsUndefined) json.Set("jwtPayload", JwtPayload);
        return new(json) { Binary = Files };
    }
}

/// <summary>What the caller of a webhook gets.</summary>
public sealed class WebhookResponse
{
    public int Status { get; init; } = 200;

    /// <summary>How the run ended that could not answer; null when this is its answer.</summary>
    public RunPhase? Failure { get; init; }

    /// <summary>Header fields besides the content's own.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The media type; null for the body's natural one: JSON for <see cref="Json"/>, none for no body.</summary>
    public string? ContentType { get; init; }

    /// <summary>A body that is written as JSON; undefined when it is none.</summary>
    public JsValue Json { get; init; }

    /// <summary>A body of text; null when it is none.</summary>
    public string? Text { get; init; }

    /// <summary>A body that is a file; null when it is none.</summary>
    public BinaryData? File { get; init; }
}

/// <summary>When the caller of a webhook is answered.</summary>
public enum ResponseMode
{
    /// <summary>At once; the run goes on by itself.</summary>
    OnReceived,

    /// <summary>When the run ends, with what its last node gave.</summary>
    LastNode,

    /// <summary>When a respond-to-webhook node says so.</summary>
    ResponseNode,
}

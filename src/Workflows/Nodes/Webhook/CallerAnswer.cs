using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Webhook;

/// <summary>A node that a call starts or wakes, and that says what the caller gets.</summary>
public interface IAnswersCaller
{
    CallerAnswer Answer { get; }
}

/// <summary>What the caller of a webhook gets, and when.</summary>
public sealed record CallerAnswer
{
    private static readonly JsObject Started = new() { ["message"] = "Workflow was started" };

    public ResponseMode Mode { get; init; }

    /// <summary>Whether the caller, who has sent a form, gets the run's next page as soon as the run waits there, whatever the mode.</summary>
    public bool FollowsPages { get; init; }

    public int Status { get; init; } = 200;

    /// <summary>Header fields of every answer.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary><c>allEntries</c>, <c>firstEntryJson</c>, <c>firstEntryBinary</c> or <c>noData</c>.</summary>
    public string Data { get; init; } = "firstEntryJson";

    /// <summary>The field of the first item that is the answer; empty for the whole item.</summary>
    public string Property { get; init; } = "";

    /// <summary>The file of the first item that is the answer.</summary>
    public string BinaryProperty { get; init; } = "data";

    public string? ContentType { get; init; }

    /// <summary>What is answered at once; null for a message that the workflow was started.</summary>
    public string? ReceivedText { get; init; }

    /// <summary>What is answered when the run has ended, whatever it gave; null for its data.</summary>
    public string? EndedText { get; init; }

    public bool NoBody { get; init; }

    /// <summary>The answer before anything has run.</summary>
    public WebhookResponse Received() => NoBody ? new() { Status = Status, Headers = Headers }
        : ReceivedText is not null ? new() { Status = Status, Headers = Headers, Text = ReceivedText, ContentType = ContentType ?? "text/html; charset=utf-8" }
        : new() { Status = Status, Headers = Headers, Json = Started, ContentType = ContentType };

    /// <summary>The answer when the run has ended.</summary>
    public WebhookResponse Ended(RunResult result)
    {
        if (result.Phase is RunPhase.Failed or RunPhase.Cancelled or RunPhase.NeedsDecision) return Error(result);
        if (result.Phase == RunPhase.Waiting) return Received();
        if (EndedText is not null) return new() { Status = Status, Headers = Headers, Text = EndedText, ContentType = ContentType };
        if (Data is "noData" || NoBody) return new() { Status = Status, Headers = Headers };
        if (Data is "allEntries")
        {
            var all = new JsArray(result.Last.Count);
            foreach (var item in result.Last) all.Add(item.Json);
            return new() { Status = Status, Headers = Headers, Json = all, ContentType = ContentType };
        }

        if (result.Last is not [var first, ..]) return new() { Status = 500, Json = new JsObject { ["code"] = 0, ["message"] = "No item to return was found" } };
        if (Data is "firstEntryBinary")
        {
            return first.Binary?.GetValueOrDefault(BinaryProperty) is { } file
                ? new() { Status = Status, Headers = Headers, File = file, ContentType = ContentType ?? file.MimeType }
                : new() { Status = 500, Json = new JsObject { ["code"] = 0, ["message"] = $"No binary data property '{BinaryProperty}' was found to return" } };
        }

        var json = Property.Length > 0 ? ItemPaths.Get(first.Json, Property) : first.Json;
        // With a media type of its own a text is sent as it is; without one it is JSON.
        if (ContentType is not null && json.AsString is { } text) return new() { Status = Status, Headers = Headers, Text = text, ContentType = ContentType };
        return new() { Status = Status, Headers = Headers, Json = json.IsUndefined ? JsValue.Null : json, ContentType = ContentType };
    }

    /// <summary>The answer when the run has ended, or waits, and no node has answered.</summary>
    public WebhookResponse Unanswered(RunResult result) => result.Phase is RunPhase.Failed or RunPhase.Cancelled or RunPhase.NeedsDecision
        ? Error(result)
        : new() { Status = 500, Json = new JsObject { ["code"] = 0, ["message"] = "No Respond to Webhook node found in the workflow" } };

    private static WebhookResponse Error(RunResult result) => new()
    {
        Status = 500,
        Failure = result.Phase,
        Json = new JsObject { ["message"] = "Error in workflow", ["run_id"] = result.Id },
    };
}

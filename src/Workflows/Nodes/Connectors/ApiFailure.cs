using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.HttpRequest;

namespace Sluice.Workflows.Nodes.Connectors;

/// <summary>What a service says when it refuses: the message and code are where most APIs have them.</summary>
internal static class ApiFailure
{
    private static readonly string[] Messages = ["error.message", "error_description", "message", "description", "errors[0].message", "error", "detail", "title"];
    private static readonly string[] Codes = ["error.code", "error.type", "errorCode", "code", "errors[0].errorCode", "category", "error_code"];

    /// <summary>The failure of an answer; null when it is none.</summary>
    public static NodeException? Of(string service, HttpAnswer answer, int index, TimeProvider time)
    {
        var body = answer.TryJson(out var json) ? json.AsArray is [var first, ..] ? first.AsObject : json.AsObject : null;
        // Slack and Telegram say with status 200, too, that it did not work.
        var refused = answer.Status < 400 && body is not null && json.AsObject is not null && body["ok"].IsFalse;
        if (answer.Status < 400 && !refused) return null;
        var message = First(body, Messages) ?? (answer.Body.Length is > 0 and <= 500 && !answer.IsFile ? answer.Text : answer.Reason);
        var code = First(body, Codes) ?? (refused ? body!["error"].AsString : null) ?? $"{answer.Status}";
        return new NodeException($"{service}: {(message.Length > 0 ? message : "the request failed")}{(refused ? "" : $" (status {answer.Status})")}")
        {
            ItemIndex = index,
            Code = code,
            Details = json.IsUndefined ? default : json,
            Retryable = refused ? body!["error"].AsString is "ratelimited" or "internal_error" or "service_unavailable" : answer.IsRetryable,
            RetryAfter = answer.RetryAfter(time) ?? (body is not null && ItemPaths.Get(body, "parameters.retry_after") is { IsNumber: true } seconds ? TimeSpan.FromSeconds(Math.Clamp(seconds.AsNumber, 0, 86_400)) : null),
        };
    }

    private static string? First(JsObject? body, string[] paths)
    {
        if (body is null) return null;
        foreach (var path in paths)
            if (ItemPaths.Get(body, path) is { } found && (found.IsString || found.IsNumber) && ParameterValues.ToText(found) is { Length: > 0 } text) return text;
        return null;
    }
}

using System.Net;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Webhook;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Wait;

/// <summary>Waiting for a person who approves or declines: a page that asks, and the decision that its form posts.</summary>
internal static class Approval
{
    /// <summary>What such a wait has for a method.</summary>
    public const string Method = "APPROVAL";

    private const int MostComment = 10_000;

    private static readonly IReadOnlyList<KeyValuePair<string, string>> Headers =
    [
        KeyValuePair.Create("Cache-Control", "no-store"), KeyValuePair.Create("Referrer-Policy", "no-referrer"), KeyValuePair.Create("X-Frame-Options", "DENY"),
        KeyValuePair.Create("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"),
    ];

    /// <summary>What the person reads who has decided.</summary>
    public static CallerAnswer Answer { get; } = new() { Mode = ResponseMode.OnReceived, Headers = Headers, ReceivedText = Wrap("Thank you", "<h1>Thank you</h1><p>Your decision is noted. You can close this page.</p>") };

    /// <summary>The page that asks. Opening it decides nothing.</summary>
    public static WebhookResponse Page(Run run, NodeRun waiting)
    {
        var message = waiting.Waiting!.Message is { Length: > 0 } text ? text : $"The workflow \"{run.Model.Name}\" asks for your approval.";
        return new WebhookResponse
        {
            Headers = Headers,
            ContentType = "text/html; charset=utf-8",
            Text = Wrap("Approval", $"""
                <h1>Approval</h1><p class="m">{WebUtility.HtmlEncode(message)}</p>
                <form method="post"><label>Comment<br><textarea name="comment" rows="3" maxlength="{MostComment}"></textarea></label>
                <p><button name="approved" value="true">Approve</button> <button name="approved" value="false">Decline</button></p></form>
                """),
        };
    }

    /// <summary>The item that a decision gives; null when the call is none.</summary>
    public static IReadOnlyList<Item>? Read(WebhookRequest request)
    {
        if (request.Body.AsObject is not { } body) return null;
        bool? approved = body["approved"] switch { { IsTrue: true } => true, { AsString: "true" } => true, { AsString: "false" } => false, { IsBoolean: true } => false, _ => null };
        if (approved is not { } decision) return null;
        var comment = body["comment"].AsString ?? "";
        return [new Item(new JsObject { ["approved"] = decision, ["comment"] = comment.Length > MostComment ? comment[..MostComment] : comment })];
    }

    private static string Wrap(string title, string content) => $$"""
        <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{title}}</title>
        <style>body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:10vh auto;padding:0 1rem}textarea{width:100%}button{font:inherit;padding:.4rem 1.2rem}.m{white-space:pre-wrap}</style>
        {{content}}
        """;
}

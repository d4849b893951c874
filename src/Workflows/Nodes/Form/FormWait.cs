using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Form;

/// <summary>Waiting for a form to be sent: its page, and the item of what a person typed. The run keeps the form as it was when the wait began.</summary>
internal static class FormWait
{
    /// <summary>What such a wait has for a method.</summary>
    public const string Method = "FORM";

    public static WaitRequest Begin(FormDefinition form, DateTimeOffset? until, string suffix = "") => new(until, OnCall: true) { Method = Method, Suffix = suffix, Message = form.Write() };

    /// <summary>The page. Opening it sends nothing.</summary>
    public static WebhookResponse Page(NodeRun waiting) => Page(FormPage.Write(FormDefinition.Read(waiting.Waiting!.Message)), 200);

    /// <summary>The item that the form gives, or else the page again with what is wrong.</summary>
    public static (IReadOnlyList<Item>? Items, WebhookResponse? Refusal) Read(Run run, NodeRun waiting, WebhookRequest call)
    {
        var form = FormDefinition.Read(waiting.Waiting!.Message);
        if (FormReply.Problems(form, call.Body, call.Files) is { Count: > 0 } problems) return (null, Page(FormPage.Write(form, call.Body.AsObject, problems), 400));
        return ([FormReply.Read(form, call.Body.AsObject!, call.Files, run.Services.Time.GetUtcNow(), run.Model.TimeZone ?? TimeZoneInfo.Utc, run.Request.Mode is RunMode.Test ? "test" : "production")], null);
    }

    private static WebhookResponse Page(string page, int status) => new() { Status = status, Headers = FormPage.Headers, Text = page, ContentType = "text/html; charset=utf-8" };
}

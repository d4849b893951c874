using Sluice.Workflows.Nodes.Webhook;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Form;

/// <summary>What those are told who have sent a form.</summary>
internal static class FormAnswers
{
    /// <param name="mode">When: <c>onReceived</c>, <c>lastNode</c> or <c>responseNode</c>.</param>
    /// <param name="pageTitle">The title of the page.</param>
    /// <param name="pagesFollow">Whether the run may show another page, which is waited for then.</param>
    public static CallerAnswer Of(string mode, FormOptions options, string pageTitle, bool pagesFollow)
    {
        var said = options.RespondWithOptions.Values;
        var text = options.FormSubmittedText.Length > 0 ? options.FormSubmittedText : said.FormSubmittedText;
        var when = mode switch { "lastNode" => ResponseMode.LastNode, "responseNode" => ResponseMode.ResponseNode, _ => ResponseMode.OnReceived };
        return said is { RespondWith: "redirect", RedirectUrl.Length: > 0 }
            ? new() { Mode = when, Status = 303, NoBody = true, Headers = [KeyValuePair.Create("Location", said.RedirectUrl.TrimStart('='))] }
            : Thanks(pageTitle, text) with { Mode = when, FollowsPages = pagesFollow };
    }

    /// <summary>Of a wait for a form.</summary>
    public static CallerAnswer Of(Wait.WaitParameters wait) => Of(wait.ResponseMode, new FormOptions { RespondWithOptions = wait.Options.RespondWithOptions }, wait.FormTitle.Literal ?? "", pagesFollow: wait.ResponseMode is "onReceived");

    /// <summary>For a page in the middle of a run: the next one, or thanks.</summary>
    public static CallerAnswer Next { get; } = Thanks("", "Your response has been recorded") with { FollowsPages = true };

    private static CallerAnswer Thanks(string pageTitle, string text)
    {
        var page = FormPage.Ending(pageTitle, pageTitle, text.TrimStart('='));
        return new() { ReceivedText = page, EndedText = page, ContentType = "text/html; charset=utf-8", Headers = FormPage.Headers };
    }
}

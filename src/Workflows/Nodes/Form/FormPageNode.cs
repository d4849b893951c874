using Sluice.Workflows.Nodes.Wait;
using Sluice.Workflows.Nodes.Webhook;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Form;

/// <summary>A further page of a form that began a run, or its end.</summary>
internal sealed class FormPageNode(FormPageParameters parameters) : Node, IAnswersCaller, IWaitsForCall
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<FormPageNode, FormPageParameters>((p, _) => new(p))
    {
        Type = "form",
        Summary = "Shows whoever fills in a form its next page, or the end.",
        Category = NodeCategory.Flow,
        Aliases = [new("n8n-nodes-base.form", 1, 2.5)],
    };

    public override bool IsLoop => true;

    public bool OnCall => parameters.Operation is "page";

    public CallerAnswer Answer => FormAnswers.Next;

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        var trigger = context.Run.Model.Triggers.Select(t => t.Node).OfType<FormNode>().FirstOrDefault();
        var title = parameters.Options.FormTitle.Get(context, 0) is { Length: > 0 } own ? own : trigger?.Title ?? "";
        if (parameters.Operation is "page")
        {
            var form = new FormDefinition
            {
                Title = title,
                Description = parameters.Options.FormDescription.Get(context, 0),
                Button = parameters.Options.ButtonLabel.Get(context, 0) is { Length: > 0 } label ? label : trigger?.Button ?? "Submit",
                Fields = parameters.DefineForm is "json" ? FormDefinition.Questions(parameters.JsonOutput.Get(context, 0)) : FormDefinition.Questions(parameters.FormFields, context),
            };
            var until = WaitLimits.Until(context, parameters.LimitWaitTime, parameters.LimitType, parameters.ResumeAmount, parameters.ResumeUnit, parameters.MaxDateAndTime);
            return NodeResult.WaitingFor(FormWait.Begin(form, until));
        }

        context.Respond(End(context, title));
        return NodeResult.Of(context.Items);
    }

    private WebhookResponse End(NodeContext context, string title)
    {
        switch (parameters.RespondWith)
        {
            case "redirect":
                var address = parameters.RedirectUrl.Get(context, 0).Trim();
                if (!Uri.TryCreate(address, UriKind.Absolute, out var target) || target.Scheme is not ("http" or "https")) throw new NodeException("redirectUrl must be an address that begins with https:// or http://") { Retryable = false };
                return new() { Status = 303, Headers = [KeyValuePair.Create("Location", target.AbsoluteUri)] };
            case "showText":
                return Page(FormPage.Text(title, parameters.ResponseText.Get(context, 0)));
            case "returnBinary":
                var name = parameters.InputDataFieldName.Get(context, 0);
                var file = context.Items.Select(i => i.Binary?.GetValueOrDefault(name)).FirstOrDefault(f => f is not null) ?? throw new NodeException($"No binary data with field {name} found.") { Retryable = false };
                return new() { File = file, ContentType = file.MimeType, Headers = [.. FormPage.Headers, KeyValuePair.Create("Content-Disposition", $"attachment; filename*=UTF-8''{Uri.EscapeDataString(file.FileName ?? "file")}")] };
            default:
                return Page(FormPage.Ending(title, parameters.CompletionTitle.Get(context, 0), parameters.CompletionMessage.Get(context, 0)));
        }
    }

    private static WebhookResponse Page(string page) => new() { Headers = FormPage.Headers, Text = page, ContentType = "text/html; charset=utf-8" };
}

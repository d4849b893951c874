using System.Text.Json.Nodes;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes.Webhook;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Form;

/// <summary>Shows a form, and begins a run with what a person sends.</summary>
public sealed class FormNode : Node, IAnswersCaller
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<FormNode, FormParameters>((p, s) => new(p, s))
    {
        Type = "form-trigger",
        Summary = "Shows a form, and begins a run with what a person sends.",
        Category = NodeCategory.Trigger,
        IsTrigger = true,
        Aliases = [new("n8n-nodes-base.formTrigger", 1, 2.5)],
    };

    private readonly FormDefinition _form;
    private readonly string _page;

    internal FormNode(FormParameters parameters, NodeSetup setup)
    {
        Hook = new WebhookNode(
            new WebhookParameters
            {
                HttpMethod = new JsonArray("GET", "POST"),
                MultipleMethods = true,
                Path = parameters.Options.Path.Length > 0 ? parameters.Options.Path : parameters.Path,
                ResponseMode = parameters.ResponseMode,
                Authentication = parameters.Authentication,
                Options = new() { IgnoreBots = parameters.Options.IgnoreBots, IpWhitelist = parameters.Options.IpWhitelist },
            },
            setup);
        _form = new FormDefinition
        {
            Title = Text(parameters.FormTitle),
            Description = Text(parameters.FormDescription),
            Button = Text(parameters.Options.ButtonLabel),
            Fields = [.. parameters.FormFields.Values.Select(f => FormQuestion.Of(f, p => p.Literal ?? ""))],
        };
        _page = FormPage.Write(_form);
        Answer = FormAnswers.Of(parameters.ResponseMode, parameters.Options, _form.Title, PagesFollow(setup));
        foreach (var text in new[] { parameters.FormTitle, parameters.FormDescription }.Where(t => t.StartsWith('=') && t.Contains("{{", StringComparison.Ordinal)))
            setup.Warn("formFields", $"expressions in the texts of a form are shown as they are: {text}");
        foreach (var field in parameters.FormFields.Values.SelectMany(f => new[] { f.FieldLabel, f.DefaultValue, f.Placeholder, f.FieldValue, f.Html }).Where(f => !f.IsLiteral).Take(1))
            setup.Warn("formFields", "a field of the form holds an expression: there is no run yet that could give it a value, and it is shown empty");
    }

    /// <summary>How it is called.</summary>
    public WebhookNode Hook { get; }

    public CallerAnswer Answer { get; }

    internal string Title => _form.Title;

    internal string Button => _form.Button;

    /// <summary>What a person sees who opens the form, or sent what cannot be taken; null when a run begins with the call.</summary>
    public WebhookResponse? Show(WebhookRequest call)
    {
        if (call.Method is "GET" or "HEAD") return Page(call.Query.Count == 0 ? _page : FormPage.Write(_form, call.Query), 200);
        return FormReply.Problems(_form, call.Body, call.Files) is { Count: > 0 } problems ? Page(FormPage.Write(_form, call.Body.AsObject, problems), 400) : null;
    }

    private static WebhookResponse Page(string page, int status) => new() { Status = status, Headers = FormPage.Headers, Text = page, ContentType = "text/html; charset=utf-8" };

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context) => NodeResult.Of([.. context.Items.Select(i => Filled(context, i))]);

    /// <summary>The item of a form that was sent; one that is none, of a run that was started otherwise, stays as it is.</summary>
    private Item Filled(NodeContext context, Item call)
    {
        if (call.Json["body"].AsObject is not { } sent || call.Json["headers"].AsObject is null) return call;
        var item = FormReply.Read(_form, sent, call.Binary, context.Time.GetUtcNow(), context.TimeZone ?? TimeZoneInfo.Utc, call.Json["executionMode"].AsString ?? "production");
        if (call.Json["query"].AsObject is { Count: > 0 } query) item.Json.Set("formQueryParameters", query);
        return item;
    }

    /// <summary>A text that an editor may have marked as an expression.</summary>
    private static string Text(string text) => text.StartsWith('=') ? text[1..] : text;

    /// <summary>Whether a further page of the form can come after it.</summary>
    private static bool PagesFollow(NodeSetup setup)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var next = new Queue<string>([setup.Definition.Name]);
        while (next.TryDequeue(out var name))
        {
            if (!seen.Add(name)) continue;
            foreach (var edge in setup.Workflow.Edges.Where(e => e.From == name)) next.Enqueue(edge.To);
        }

        return setup.Workflow.Nodes.Any(n => seen.Contains(n.Name) && !n.Disabled && IsPage(n));
    }

    private static bool IsPage(NodeDefinition node) => node.Type is "form" or "n8n-nodes-base.form"
        || (node.Type is "wait" or "n8n-nodes-base.wait" && node.Parameters["resume"] is Sluice.Foundation.Schema.ScalarNode { Text: "form" });
}

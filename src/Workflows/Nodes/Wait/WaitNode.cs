using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes.Form;
using Sluice.Workflows.Nodes.Webhook;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Wait;

/// <summary>What the run waits for.</summary>
[CamelCase]
internal sealed record WaitParameters
{
    /// <summary>What it waits for: a while, a time, a call, or a person who approves or declines, or fills in a form, on the page that <c>$execution.resumeUrl</c> leads to.</summary>
    [OneOf("timeInterval", "specificTime", "webhook", "approval", "form")]
    public string Resume { get; init; } = "timeInterval";

    /// <summary>How long it waits.</summary>
    public Parameter<double> Amount { get; init; } = 1;

    /// <summary>The unit of how long.</summary>
    [OneOf("seconds", "minutes", "hours", "days")]
    public Parameter<string> Unit { get; init; } = "hours";

    /// <summary>The time it waits until.</summary>
    public Parameter<JsValue> DateTime { get; init; } = new(default);

    /// <summary>Whether it goes on without a call some time.</summary>
    public bool LimitWaitTime { get; init; }

    /// <summary>Whether that is after a while or at a time.</summary>
    [OneOf("afterTimeInterval", "atSpecifiedTime")]
    public string LimitType { get; init; } = "afterTimeInterval";

    /// <summary>After how long.</summary>
    public Parameter<double> ResumeAmount { get; init; } = 1;

    /// <summary>The unit of after how long.</summary>
    [OneOf("seconds", "minutes", "hours", "days")]
    public Parameter<string> ResumeUnit { get; init; } = "hours";

    /// <summary>At what time.</summary>
    public Parameter<JsValue> MaxDateAndTime { get; init; } = new(default);

    /// <summary>The method of the call.</summary>
    public string HttpMethod { get; init; } = "GET";

    /// <summary>What the person who approves or declines reads.</summary>
    [AllowEmpty]
    public Parameter<string> Message { get; init; } = "";

    /// <summary>The title of the form.</summary>
    public Parameter<string> FormTitle { get; init; } = "";

    /// <summary>What stands below the title of the form.</summary>
    public Parameter<string> FormDescription { get; init; } = "";

    /// <summary>What the form asks.</summary>
    public FormFieldList FormFields { get; init; } = new();

    /// <summary>Who may call; the address holds the run's id, which nobody can guess.</summary>
    [NoEffect("the address cannot be guessed")]
    public string Authentication { get; init; } = "none";

    /// <summary>When the caller is answered.</summary>
    [OneOf("onReceived", "lastNode", "responseNode")]
    public string ResponseMode { get; init; } = "onReceived";

    /// <summary>What of the last node's items is answered.</summary>
    [AllowEmpty]
    public string ResponseData { get; init; } = "firstEntryJson";

    /// <summary>The status of the answer.</summary>
    [Between(100, 599)]
    public int ResponseCode { get; init; } = 200;

    /// <summary>The field of the item that holds the file that is answered.</summary>
    public string ResponseBinaryPropertyName { get; init; } = "data";

    /// <summary>More about the call and its answer.</summary>
    public WaitOptions Options { get; init; } = new();
}

/// <summary>More about the call and its answer.</summary>
[CamelCase]
internal sealed record WaitOptions
{
    /// <summary>What the address ends with.</summary>
    public Parameter<string> WebhookSuffix { get; init; } = "";

    /// <summary>What stands on the button of the form.</summary>
    public Parameter<string> ButtonLabel { get; init; } = "Submit";

    /// <summary>What whoever has sent the form is told.</summary>
    public FormAnswer RespondWithOptions { get; init; } = new();

    /// <summary>Header fields of the answer.</summary>
    public HeaderEntries ResponseHeaders { get; init; } = new();

    /// <summary>The text that is answered at once.</summary>
    public string? ResponseData { get; init; }

    /// <summary>Whether the answer has no body.</summary>
    public bool NoResponseBody { get; init; }

    /// <summary>The media type of the answer.</summary>
    public string? ResponseContentType { get; init; }

    /// <summary>The field of the first item that is the answer.</summary>
    [AllowEmpty]
    public string? ResponsePropertyName { get; init; }

    /// <summary>Whether robots and link previews are ignored.</summary>
    [NoEffect("the address cannot be guessed")]
    public bool IgnoreBots { get; init; }
}

/// <summary>Lets the run wait, without a worker, and across restarts.</summary>
internal sealed class WaitNode(WaitParameters parameters) : Node, IAnswersCaller, IWaitsForCall
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<WaitNode, WaitParameters>((p, _) => new(p))
    {
        Type = "wait",
        Summary = "Lets the run wait for a while, until a time, or for a call.",
        Category = NodeCategory.Flow,
        Aliases = [new("n8n-nodes-base.wait", 1, 1.1)],
        Upgrade = Upgrade,
    };

    /// <summary>Version 1.1 begins with 5 seconds, and not with an hour, where the parameters do not say.</summary>
    private static MapNode Upgrade(MapNode old, double version)
    {
        if (old["incomingAuthentication"] is { } who) old = old.With(["incomingAuthentication"], DocumentData.Entry("authentication", who));
        if (version < 1.1) return old;
        if (old["amount"] is null) old = old.With([], DocumentData.Entry("amount", DocumentData.Number(old.Place, 5)));
        return old["unit"] is null ? old.With([], DocumentData.Entry("unit", DocumentData.Text(old.Place, "seconds"))) : old;
    }

    public override bool IsLoop => true;

    /// <summary>Whether a call makes it go on.</summary>
    public bool OnCall => parameters.Resume is "webhook" or "approval" or "form";

    public CallerAnswer Answer { get; } = parameters.Resume is "approval" ? Approval.Answer : parameters.Resume is "form" ? FormAnswers.Of(parameters) : new()
    {
        Mode = parameters.ResponseMode switch { "lastNode" => ResponseMode.LastNode, "responseNode" => ResponseMode.ResponseNode, _ => ResponseMode.OnReceived },
        Status = parameters.ResponseCode,
        Headers = [.. parameters.Options.ResponseHeaders.Entries.Select(h => KeyValuePair.Create(h.Name, h.Value))],
        Data = parameters.ResponseData is "" ? "firstEntryJson" : parameters.ResponseData,
        Property = parameters.Options.ResponsePropertyName ?? "",
        BinaryProperty = parameters.ResponseBinaryPropertyName,
        ContentType = parameters.Options.ResponseContentType,
        ReceivedText = parameters.Options.ResponseData,
        NoBody = parameters.Options.NoResponseBody,
    };

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        switch (parameters.Resume)
        {
            case "timeInterval":
                var span = WaitLimits.Span(parameters.Amount.Get(context, 0), parameters.Unit.Get(context, 0));
                return span == TimeSpan.Zero ? NodeResult.Of(context.Items) : NodeResult.WaitingFor(new WaitRequest(context.Time.GetUtcNow() + span, OnCall: false));
            case "specificTime":
                return NodeResult.WaitingFor(new WaitRequest(WaitLimits.Point(context, parameters.DateTime, "dateTime"), OnCall: false));
            default:
                var limit = WaitLimits.Until(context, parameters.LimitWaitTime, parameters.LimitType, parameters.ResumeAmount, parameters.ResumeUnit, parameters.MaxDateAndTime);
                var suffix = parameters.Options.WebhookSuffix.Get(context, 0);
                if (parameters.Resume is "form") return NodeResult.WaitingFor(FormWait.Begin(Form(context), limit, suffix));
                return NodeResult.WaitingFor(new WaitRequest(limit, OnCall: true) { Method = parameters.Resume is "approval" ? Approval.Method : parameters.HttpMethod, Suffix = suffix, Message = parameters.Resume is "approval" ? parameters.Message.Get(context, 0) : "" });
        }
    }

    private FormDefinition Form(NodeContext context) => new()
    {
        Title = parameters.FormTitle.Get(context, 0),
        Description = parameters.FormDescription.Get(context, 0),
        Button = parameters.Options.ButtonLabel.Get(context, 0),
        Fields = FormDefinition.Questions(parameters.FormFields, context),
    };
}

using System.Text.Json.Nodes;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Webhook;

/// <summary>Begins a run for a call.</summary>
public sealed class WebhookNode : Node, IAnswersCaller
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<WebhookNode, WebhookParameters>((p, s) => new(p, s))
    {
        Type = "webhook",
        Summary = "Begins a run for a call, and answers it at once, at the end, or where a respond-to-webhook node says.",
        Category = NodeCategory.Trigger,
        IsTrigger = true,
        Aliases = [new("n8n-nodes-base.webhook", 1, 2.1)],
    };

    internal WebhookNode(WebhookParameters parameters, NodeSetup setup)
    {
        Methods = parameters.HttpMethod switch
        {
            JsonArray list => [.. list.Select(m => m?.ToString().ToUpperInvariant() ?? "GET")],
            { } one => [one.ToString().ToUpperInvariant()],
            null => parameters.MultipleMethods ? ["GET", "POST"] : ["GET"],
        };
        Outputs = parameters.MultipleMethods || parameters.HttpMethod is JsonArray ? Methods.Count : 1;
        Path = parameters.Path.Length > 0 ? parameters.Path.Trim('/') : setup.Definition.WebhookId ?? setup.Definition.Name;
        Answer = parameters.Answer();
        Guard = new WebhookGuard(parameters, setup);
        Reading = new WebhookReading(parameters.Options.RawBody, parameters.Options.BinaryData, parameters.Options.BinaryPropertyName is { Length: > 0 } field ? field : null, setup.IsForeign);
        AllowedOrigins = parameters.Options.AllowedOrigins is { } origins ? [.. origins.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)] : [];
        if (parameters.ResponseMode is "streaming") setup.Report("responseMode", "an answer is sent as a whole, not in parts while the run goes on: use 'responseNode'");
    }

    /// <summary>The methods that it answers, in upper case.</summary>
    public IReadOnlyList<string> Methods { get; }

    /// <summary>The path, without slashes around it; parameters as <c>:name</c>.</summary>
    public string Path { get; }

    /// <summary>Who may call it.</summary>
    public WebhookGuard Guard { get; }

    /// <summary>What it wants of bodies.</summary>
    public WebhookReading Reading { get; }

    /// <summary>The origins whose pages may call; none where it does not say.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; }

    public CallerAnswer Answer { get; }

    /// <summary>One for each method where there may be several.</summary>
    public override int Outputs { get; }

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        if (Outputs == 1) return NodeResult.Of(context.Items);
        for (var i = 0; i < Outputs; i++)
            if (string.Equals(Methods[i], context.Run.Request.Method, StringComparison.Ordinal)) return NodeResult.On(i, Outputs, context.Items);
        return NodeResult.On(0, Outputs, context.Items);
    }
}

/// <summary>What a webhook wants of the bodies of calls.</summary>
/// <param name="Raw">Also the bytes that came, as the file <c>data</c>.</param>
/// <param name="OnlyFile">The body as a file and nothing else.</param>
/// <param name="FileField">The field of files; null for the usual one.</param>
/// <param name="ParsesXml">Whether XML is an object, as n8n has it, and not a text.</param>
public sealed record WebhookReading(bool Raw = false, bool OnlyFile = false, string? FileField = null, bool ParsesXml = false)
{
    private static readonly Xml.XmlOptions XmlOptions = new() { MergeAttrs = false, Normalize = true, NormalizeTags = true };

    /// <summary>A body that is XML.</summary>
    /// <exception cref="NodeException">It is none.</exception>
    public JsValue OfXml(string text) => ParsesXml ? Xml.XmlReading.Read(text, XmlOptions, 0) : text;
}

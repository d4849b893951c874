using System.Text.Json.Nodes;

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
        RawBody = parameters.Options.RawBody || parameters.Options.BinaryData;
        FileField = parameters.Options.BinaryPropertyName;
    }

    /// <summary>The methods that it answers, in upper case.</summary>
    public IReadOnlyList<string> Methods { get; }

    /// <summary>The path, without slashes around it; parameters as <c>:name</c>.</summary>
    public string Path { get; }

    /// <summary>Whether it wants the body as it came, as a file.</summary>
    public bool RawBody { get; }

    /// <summary>The name of the field for files; several of one request count up from it.</summary>
    public string FileField { get; }

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

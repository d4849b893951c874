using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.StopAndError;

/// <summary>What the failure says.</summary>
[CamelCase]
internal sealed record StopAndErrorParameters
{
    /// <summary>Whether the failure is a message or an object.</summary>
    [OneOf("errorMessage", "errorObject")]
    public string ErrorType { get; init; } = "errorMessage";

    /// <summary>The message.</summary>
    public Parameter<string> ErrorMessage { get; init; } = "An error occurred!";

    /// <summary>The object, as JSON or as an object; its <c>message</c>, <c>description</c> or <c>error</c> is the message.</summary>
    public Parameter<JsValue> ErrorObject { get; init; } = new(default);
}

/// <summary>Ends the run with a failure.</summary>
internal sealed class StopAndErrorNode(StopAndErrorParameters parameters) : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<StopAndErrorNode, StopAndErrorParameters>((p, _) => new(p))
    {
        Type = "stop-and-error",
        Summary = "Ends the run with a failure.",
        Category = NodeCategory.Flow,
        Aliases = [new("n8n-nodes-base.stopAndError")],
    };

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        if (parameters.ErrorType is "errorMessage") throw new NodeException(parameters.ErrorMessage.Get(context, 0)) { Retryable = false };
        var given = JsonParameter.Parse(parameters.ErrorObject.Get(context, 0), "errorObject");
        var message = given.AsObject is { } error ? error["message"].AsString ?? error["description"].AsString ?? error["error"].AsString : null;
        throw new NodeException(message ?? $"Error: {JsJson.WriteString(given)}") { Retryable = false, Details = given };
    }
}

using Sluice.Foundation.Protobuf;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Grpc;

/// <summary>What a call gave.</summary>
/// <param name="Code">The status.</param>
/// <param name="Text">What the server says about it.</param>
/// <param name="Details">The messages with which it says more.</param>
internal sealed record GrpcAnswer(int Code, string Text, JsValue Details)
{
    public required IReadOnlyList<JsValue> Messages { get; init; }

    public required JsObject Headers { get; init; }

    public required JsObject Trailers { get; init; }

    /// <summary>Whether the same call may fare better later (gRPC's documentation of its status codes).</summary>
    private bool IsRetryable => RpcStatus.NameOf(Code) is "UNAVAILABLE" or "DEADLINE_EXCEEDED" or "RESOURCE_EXHAUSTED" or "ABORTED" or "UNKNOWN";

    /// <exception cref="NodeException">The status is another than OK.</exception>
    public void ThrowIfFailed(int index)
    {
        if (Code == 0) return;
        var name = RpcStatus.NameOf(Code);
        var details = new JsObject { ["code"] = Code, ["status"] = name, ["message"] = Text, ["details"] = Details };
        if (Messages.Count > 0) details["received"] = Messages.Count;
        throw new NodeException(Text.Length > 0 ? $"{name}: {Text}" : name) { ItemIndex = index, Code = name, Details = details, Retryable = IsRetryable };
    }
}

using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sluice.Foundation.Protobuf;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.GrpcGateway;

/// <summary>Turns the answers of one call into JSON; those of a stream into a line each; an error into a <c>google.rpc.Status</c>.</summary>
internal sealed class GrpcGatewayCall(ProtoMethod method, string? responseBody) : ResponseStreamTransform
{
    private readonly GrpcFrames frames = new();
    private bool hasWritten;

    /// <summary>The head of the answer, which tells the status where nothing follows.</summary>
    public IHeaderDictionary? Head { get; set; }

    public override void Write(ReadOnlySpan<byte> piece, IBufferWriter<byte> output)
    {
        frames.Add(piece);
        while (frames.TryTake(out var message))
        {
            if (ProtoJson.Decode(message, method.Output) is not { } json) continue;
            if (responseBody is not null && JsonNode.Parse(json)?[responseBody] is var part) json = Encoding.UTF8.GetBytes(part?.ToJsonString() ?? "null");
            output.Write(json);
            if (method.ServerStreaming) output.Write("\n"u8);
            hasWritten = true;
        }
    }

    public override void End(IHeaderDictionary trailers, IBufferWriter<byte> output)
    {
        // What is no whole frame is passed on as it came, as in Kong.
        if (!frames.Rest.IsEmpty) output.Write(frames.Rest);
        else if ((Error(trailers) ?? (Head is null ? null : Error(Head))) is { } error && (!hasWritten || method.ServerStreaming))
        {
            // Behind messages of a stream it is a line that cannot be taken for one, as grpc-gateway has it.
            var shown = hasWritten ? new JsonObject { ["error"] = error } : error;
            output.Write(Encoding.UTF8.GetBytes(shown.ToJsonString(ProtoJson.Relaxed)));
            if (method.ServerStreaming) output.Write("\n"u8);
        }
    }

    /// <summary>The <c>google.rpc.Status</c> in JSON; null when there is no status, or a good one.</summary>
    private JsonObject? Error(IHeaderDictionary fields)
    {
        if (fields["grpc-status"] is not [{ } text] || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code) || code == 0) return null;
        var status = new JsonObject { ["code"] = code, ["message"] = Uri.UnescapeDataString(fields["grpc-message"].ToString()), ["details"] = new JsonArray() };
        if (fields["grpc-status-details-bin"] is [{ Length: > 0 } details] && RpcStatus.Details(method.Output.Schema, details) is { } told) status["details"] = told;
        return status;
    }
}

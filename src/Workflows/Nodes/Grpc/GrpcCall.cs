using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Sluice.Foundation.Protobuf;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.HttpRequest;

namespace Sluice.Workflows.Nodes.Grpc;

/// <summary>How much of an answer is taken.</summary>
/// <param name="Messages">How many messages.</param>
/// <param name="MessageBytes">Bytes of one of them.</param>
internal sealed record GrpcLimits(int Messages, int MessageBytes);

/// <summary>One call over HTTP/2 (gRPC's "gRPC over HTTP2").</summary>
internal static class GrpcCall
{
    /// <summary>What stands in an answer's head and trailer that is no metadata.</summary>
    private static readonly string[] Protocol = ["grpc-status", "grpc-message", "grpc-status-details-bin", "grpc-encoding", "grpc-accept-encoding", "content-type"];

    public static ByteArrayContent Content(byte[] frame)
    {
        var content = new ByteArrayContent(frame);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        return content;
    }

    /// <summary>A time as <c>grpc-timeout</c> has it: at most eight digits and a unit.</summary>
    public static string Timeout(double milliseconds) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, (long)milliseconds)}m");

    /// <summary>The answer, whatever its status.</summary>
    /// <exception cref="NodeException">There is none, or it is none of gRPC.</exception>
    public static async Task<GrpcAnswer> SendAsync(NodeContext context, HttpCall call, ProtoMethod method, GrpcLimits limits, ProtoJsonStyle style, int index)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        await using var timer = context.Time.CreateTimer(static s => ((CancellationTokenSource)s!).Cancel(), source, call.Timeout, System.Threading.Timeout.InfiniteTimeSpan);
        try
        {
            using var message = await call.ToMessageAsync(withSecrets: true, source.Token);
            (message.Version, message.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
            using var response = await context.Services.Http.SendAsync(call.Route, message, source.Token);
            return await ReadAsync(context, response, method, limits, style, index, source.Token);
        }
        catch (HttpRequestException e)
        {
            // A refusal of our own, for instance of a private address, says why itself.
            if (e.InnerException is NodeException own) throw own;
            throw new NodeException($"{call.Url.Authority} did not answer: {e.InnerException?.Message ?? e.Message}", e) { ItemIndex = index, Code = "UNAVAILABLE" };
        }
        catch (IOException e)
        {
            throw new NodeException($"the answer of {call.Url.Authority} broke off: {e.Message}", e) { ItemIndex = index, Code = "UNAVAILABLE" };
        }
        catch (OperationCanceledException e) when (!context.Cancellation.IsCancellationRequested)
        {
            throw new NodeException($"DEADLINE_EXCEEDED: {call.Url.Authority} did not answer within {call.Timeout.TotalMilliseconds} ms", e) { ItemIndex = index, Code = "DEADLINE_EXCEEDED" };
        }
    }

    private static async Task<GrpcAnswer> ReadAsync(NodeContext context, HttpResponseMessage response, ProtoMethod method, GrpcLimits limits, ProtoJsonStyle style, int index, CancellationToken cancel)
    {
        var (code, text, details) = Status(response.Headers);
        var isGrpc = response.Content.Headers.ContentType?.MediaType?.StartsWith("application/grpc", StringComparison.Ordinal) == true;
        if (code is null && (response.StatusCode != HttpStatusCode.OK || !isGrpc))
            throw new NodeException($"the server speaks no gRPC: it answered with status {(int)response.StatusCode} and {response.Content.Headers.ContentType?.MediaType ?? "no content type"}")
            {
                ItemIndex = index, Code = RpcStatus.NameOf(OfHttp((int)response.StatusCode)), Retryable = (int)response.StatusCode is 408 or 429 or 502 or 503 or 504,
            };
        var messages = new List<JsValue>();
        if (code is null)
        {
            await MessagesAsync(context, response, method, limits, style, messages, index, cancel);
            if (messages.Count < limits.Messages) (code, text, details) = Status(response.TrailingHeaders);
            else code = 0;
        }

        return new GrpcAnswer(code ?? 2, code is null ? "the server ended the call without a status" : text, Details(method, details, style))
        {
            Messages = messages, Headers = Metadata(response.Headers), Trailers = Metadata(response.TrailingHeaders),
        };
    }

    /// <summary>Takes messages until the answer ends, or there are as many as may be.</summary>
    private static async Task MessagesAsync(NodeContext context, HttpResponseMessage response, ProtoMethod method, GrpcLimits limits, ProtoJsonStyle style, List<JsValue> messages, int index, CancellationToken cancel)
    {
        var frames = new GrpcFrames(limits.MessageBytes);
        var buffer = new byte[16 * 1024];
        var left = (long)context.Services.Http.MaximumResponse;
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        while (await stream.ReadAsync(buffer, cancel) is var read and > 0)
        {
            if ((left -= read) < 0) throw Wrong($"the answer is longer than {context.Services.Http.MaximumResponse} bytes", "RESOURCE_EXHAUSTED", index);
            frames.Add(buffer.AsSpan(0, read));
            while (frames.TryTake(out var message))
            {
                if (frames.Flags != 0) throw Wrong("the server sent a compressed message, which it was not asked for", "INTERNAL", index);
                if (ProtoJson.Decode(message, method.Output, style) is not { } json) throw Wrong($"what the server sent is no message of the type {method.Output.Name}", "INTERNAL", index);
                messages.Add(JsJson.Parse(json));
                if (messages.Count == limits.Messages) return;
            }

            if (frames.Failed) throw Wrong($"a message of the answer is longer than {limits.MessageBytes} bytes", "RESOURCE_EXHAUSTED", index);
        }

        if (!frames.Rest.IsEmpty) throw Wrong("the answer ends within a message", "INTERNAL", index);
    }

    private static (int? Code, string Message, string? Details) Status(HttpResponseHeaders fields) =>
        (First(fields, "grpc-status") is { } text ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : 2 : null, Uri.UnescapeDataString(First(fields, "grpc-message") ?? ""), First(fields, "grpc-status-details-bin"));

    private static string? First(HttpResponseHeaders fields, string name) => fields.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static JsValue Details(ProtoMethod method, string? details, ProtoJsonStyle style) =>
        details is not null && RpcStatus.Details(method.Output.Schema, details, style) is { } told ? JsJson.Parse(told.ToJsonString()) : new JsArray();

    private static JsObject Metadata(HttpResponseHeaders fields)
    {
        var metadata = new JsObject();
        foreach (var (name, values) in fields)
            if (!Protocol.Contains(name, StringComparer.OrdinalIgnoreCase)) metadata.Set(name.ToLowerInvariant(), string.Join(", ", values));
        return metadata;
    }

    /// <summary>What an answer without a status stands for (gRPC's "HTTP to gRPC Status Code Mapping").</summary>
    private static int OfHttp(int status) => status switch { 400 => 13, 401 => 16, 403 => 7, 404 => 12, 429 or 502 or 503 or 504 => 14, _ => 2 };

    private static NodeException Wrong(string message, string code, int index) => new(message) { ItemIndex = index, Code = code, Retryable = false };
}

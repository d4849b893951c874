using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Sluice.Foundation.Protobuf;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.GrpcWeb;

/// <summary>Lets browsers call gRPC services: gRPC-Web in both of its forms, and JSON.</summary>
internal sealed partial class GrpcWebPlugin : Plugin
{
    public static readonly PluginDescriptor Descriptor = new PluginDescriptor<GrpcWebPlugin, GrpcWebConfig>((config, setup) => new(config, setup))
    {
        Name = "grpc-web",
        Summary = "Lets browsers call gRPC services, over gRPC-Web or JSON.",
    };

    private const int MaxBody = 64 * 1024 * 1024;

    private static readonly PluginSlot<GrpcWebCall> Slot = new();

    private readonly GrpcWebConfig config;
    private readonly Dictionary<string, ProtoMethod> methods = new(StringComparer.Ordinal);
    private readonly Answer options;

    public GrpcWebPlugin(GrpcWebConfig config, PluginSetup setup)
    {
        this.config = config;
        options = new Answer
        {
            Status = 200,
            Body = "OK"u8.ToArray(),
            ContentType = "application/grpc-web-text+proto",
            Headers = (KeyValuePair<string, StringValues>[])
            [
                new("Access-Control-Allow-Methods", "POST"),
                new("Access-Control-Allow-Headers", "content-type,x-grpc-web,x-user-agent"),
            ],
        };
        if (config.Proto is null) return;
        try
        {
            foreach (var method in ProtoFile.Read(config.Proto).Methods) methods[method.Path] = method;
        }
        catch (ProtoFormatException e)
        {
            LogProto(setup.Log, e.Message);
        }
    }

    public override async ValueTask<Verdict> RewriteAsync(Exchange exchange)
    {
        if (HttpMethods.IsOptions(exchange.Request.Method)) return options;
        if (config.PassStrippedPath != true) exchange.Upstream.Path = exchange.Path;
        var path = exchange.Upstream.Path;
        var call = GrpcWebCall.For(exchange.Request.ContentType ?? "");
        if (!call.IsProto)
        {
            if (config.Proto is null) return Refusal("transcoding requests require a .proto file defining the service");
            if (!methods.TryGetValue(path, out var method)) return Refusal($"Unkown path \"{path}\"");
            call.Method = method;
        }

        var body = await exchange.ReadRequestBodyAsync(MaxBody);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        if (body is null) return GatewayErrors.PayloadTooLarge.Answer;
        var (message, problem) = call.Upstream(body);
        if (message is null) return Refusal(problem!);
        Slot.Set(exchange, call);
        exchange.ReplaceRequestBody(message);
        var headers = exchange.Request.Headers;
        headers.ContentType = "application/grpc";
        headers.TE = "trailers";
        headers.ContentLength = message.Length;
        return default;
    }

    public override void Respond(Exchange exchange)
    {
        var headers = exchange.Response.Headers;
        if (config.AllowOriginHeader is { } origin) headers.AccessControlAllowOrigin = origin;
        if (Slot.Get(exchange) is not { } call) return;
        headers.ContentType = call.MimeType;
        if (exchange.Source != ResponseSource.Upstream) return;
        headers.ContentLength = null;
        call.Status = headers["grpc-status"];
        call.StatusMessage = headers["grpc-message"];
        exchange.TransformResponseStream(call);
    }

    private static Answer Refusal(string reason) => new() { Status = 400, Body = Encoding.UTF8.GetBytes(reason) };

    [LoggerMessage(Level = LogLevel.Error, Message = "grpc-web: {Reason}")]
    private static partial void LogProto(ILogger log, string reason);
}

/// <summary>One call: what the client speaks, and how it is turned into gRPC and back.</summary>
internal sealed class GrpcWebCall : ResponseStreamTransform
{
    private readonly GrpcFrames frames = new();
    private bool isText;
    private bool isFramed;

    public required string MimeType { get; init; }

    /// <summary>The client sends and gets messages as they are, rather than in JSON.</summary>
    public bool IsProto { get; private init; }

    public ProtoMethod? Method { get; set; }

    /// <summary>What the head of the answer says of its end, if it does already.</summary>
    public string? Status { get; set; }

    public string? StatusMessage { get; set; }

    public static GrpcWebCall For(string mimeType) => mimeType switch
    {
        "application/grpc-web" or "application/grpc-web+proto" => new() { MimeType = mimeType, IsProto = true, isFramed = true },
        "application/grpc-web-text" or "application/grpc-web-text+proto" => new() { MimeType = mimeType, IsProto = true, isFramed = true, isText = true },
        "application/grpc-web+json" => new() { MimeType = mimeType, isFramed = true },
        "application/grpc-web-text+json" => new() { MimeType = mimeType, isFramed = true, isText = true },
        _ => new() { MimeType = mimeType },
    };

    /// <summary>The client's body as gRPC has it, or what is wrong with it.</summary>
    public (byte[]? Message, string? Problem) Upstream(byte[] body)
    {
        if (isText && DecodeText(body) is var decoded)
        {
            if (decoded is null) return (null, "the body is not base64");
            body = decoded;
        }

        if (IsProto) return (body, null);
        ReadOnlySpan<byte> json = body;
        if (isFramed)
        {
            frames.Add(body);
            if (!frames.TryTake(out json)) return (null, "the body is no gRPC frame");
        }

        try
        {
            if (JsonNode.Parse(json) is not JsonObject members) return (null, "body must be a table");
            return (GrpcFrames.Frame(0, ProtoJson.Encode(members, Method!.Input)), null);
        }
        catch (Exception e) when (e is JsonException or ProtoFormatException)
        {
            return (null, e is JsonException ? "the body is not JSON" : e.Message);
        }
    }

    public override void Write(ReadOnlySpan<byte> piece, IBufferWriter<byte> output)
    {
        if (IsProto)
        {
            Put(piece, output);
            return;
        }

        frames.Add(piece);
        while (frames.TryTake(out var message))
        {
            if (ProtoJson.Decode(message, Method!.Output) is not { } json) continue;
            Put(isFramed ? GrpcFrames.Frame(0, json) : json, output);
        }
    }

    public override void End(IHeaderDictionary trailers, IBufferWriter<byte> output)
    {
        if (!isFramed) return;
        var status = trailers.TryGetValue("grpc-status", out var sent) ? sent.ToString() : Status ?? "0";
        var message = trailers.TryGetValue("grpc-message", out var told) ? told.ToString() : StatusMessage ?? "";
        var text = new StringBuilder($"grpc-status:{status}\r\ngrpc-message:{message}\r\n");
        foreach (var (name, values) in trailers)
        {
            var lower = name.ToLowerInvariant();
            if (lower is "grpc-status" or "grpc-message") continue;
            foreach (var value in values) text.Append(lower).Append(':').Append(value).Append("\r\n");
        }

        Put(GrpcFrames.Frame(GrpcFrames.Trailers, Encoding.Latin1.GetBytes(text.ToString())), output);
    }

    private void Put(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        if (!isText)
        {
            output.Write(bytes);
            return;
        }

        // Each piece is padded for itself; clients take pieces one after the other.
        var room = output.GetSpan(Base64.GetMaxEncodedToUtf8Length(bytes.Length));
        Base64.EncodeToUtf8(bytes, room, out _, out var written);
        output.Advance(written);
    }

    /// <summary>Base64, in one piece or in several that are padded each.</summary>
    private static byte[]? DecodeText(byte[] text)
    {
        using var whole = new MemoryStream();
        for (var at = 0; at < text.Length;)
        {
            var padding = text.AsSpan(at).IndexOf((byte)'=');
            var end = padding < 0 ? text.Length : at + padding + 1;
            while (end < text.Length && text[end] == '=') end++;
            var piece = new byte[Base64.GetMaxDecodedFromUtf8Length(end - at)];
            if (Base64.DecodeFromUtf8(text.AsSpan(at..end), piece, out _, out var written) != OperationStatus.Done) return null;
            whole.Write(piece, 0, written);
            at = end;
        }

        return whole.ToArray();
    }
}

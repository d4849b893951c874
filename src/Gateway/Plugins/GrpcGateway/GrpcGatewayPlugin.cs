using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Sluice.Foundation.Protobuf;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Transforming;

namespace Sluice.Gateway.Plugins.GrpcGateway;

/// <summary>Gives a gRPC service a face of HTTP and JSON, by its <c>google.api.http</c> rules.</summary>
internal sealed partial class GrpcGatewayPlugin : Plugin
{
    public static readonly PluginDescriptor Descriptor = new PluginDescriptor<GrpcGatewayPlugin, GrpcGatewayConfig>((config, setup) => new(config, setup))
    {
        Name = "grpc-gateway",
        Summary = "Gives a gRPC service a face of HTTP and JSON.",
    };

    private const int MaxBody = 64 * 1024 * 1024;

    private static readonly PluginSlot<GrpcGatewayCall> Slot = new();

    private static readonly Answer Options = new()
    {
        Status = 200,
        Body = "OK"u8.ToArray(),
        ContentType = "application/json",
        Headers = (KeyValuePair<string, StringValues>[])
        [
            new("Access-Control-Allow-Methods", "GET,POST,PATCH,DELETE"),
            new("Access-Control-Allow-Headers", "content-type"),
        ],
    };

    /// <summary>By gRPC status.</summary>
    private static readonly int[] Statuses = [200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 500, 500, 503, 500, 401];

    private readonly List<(HttpTemplate Template, HttpRule Rule, ProtoMethod Method)> endpoints = [];
    private readonly bool hasProto;

    public GrpcGatewayPlugin(GrpcGatewayConfig config, PluginSetup setup)
    {
        if (config.Proto is null) return;
        hasProto = true;
        try
        {
            foreach (var method in ProtoFile.Read(config.Proto).Methods)
                foreach (var rule in method.Rules) endpoints.Add((new HttpTemplate(rule.Template), rule, method));
        }
        catch (ProtoFormatException e)
        {
            LogProto(setup.Log, e.Message);
        }
    }

    public override async ValueTask<Verdict> AuthorizeAsync(Exchange exchange)
    {
        var request = exchange.Request;
        if (HttpMethods.IsOptions(request.Method)) return Options;
        if (!hasProto) return Refusal("transcoding requests require a .proto file defining the service");
        if (!endpoints.Exists(e => e.Rule.Method == request.Method)) return Refusal($"failed to transcode .proto file Unknown method \"{request.Method.ToLowerInvariant()}\"");
        foreach (var (template, rule, method) in endpoints)
            if (rule.Method == request.Method && template.Match(exchange.Path) is { } variables)
                return await CallAsync(exchange, rule, method, variables);
        return Refusal($"failed to transcode .proto file Unknown path \"{exchange.Path}\"");
    }

    public override void Respond(Exchange exchange)
    {
        var headers = exchange.Response.Headers;
        headers.AccessControlAllowOrigin = "*";
        if (Slot.Get(exchange) is not { } call) return;
        headers.ContentType = "application/json";
        if (exchange.Source != ResponseSource.Upstream) return;
        if (headers["grpc-status"] is [{ } text])
            exchange.Response.StatusCode =
                int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status < Statuses.Length ? Statuses[status] : 500;
        headers.ContentLength = null;
        call.Head = headers;
        exchange.TransformResponseStream(call);
    }

    private static async Task<Verdict> CallAsync(Exchange exchange, HttpRule rule, ProtoMethod method, List<KeyValuePair<string, string>> variables)
    {
        var body = await exchange.ReadRequestBodyAsync(MaxBody);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        if (body is null) return GatewayErrors.PayloadTooLarge.Answer;
        byte[] message;
        try
        {
            message = GrpcFrames.Frame(0, ProtoJson.Encode(Payload(rule, body, exchange.Query, variables), method.Input));
        }
        catch (Exception e) when (e is ProtoFormatException or JsonException or ArgumentException)
        {
            // A member that is there twice is found when another is put beside it.
            return Refusal(e is ProtoFormatException ? e.Message : "the body is not JSON");
        }

        Slot.Set(exchange, new GrpcGatewayCall(method, rule.ResponseBody));
        exchange.ReplaceRequestBody(message);
        exchange.Upstream.Method = HttpMethods.Post;
        exchange.Upstream.Path = method.Path;
        exchange.Upstream.Query = "";
        var headers = exchange.Request.Headers;
        headers.ContentType = "application/grpc";
        headers.TE = "trailers";
        headers.ContentLength = message.Length;

        // Nothing is to come compressed that is read here.
        headers.Remove("grpc-accept-encoding");
        return default(Verdict);
    }

    /// <summary>The message as JSON: of the body, then of the query where the body is not all of it, then of the path.</summary>
    private static JsonObject Payload(HttpRule rule, byte[] body, string query, List<KeyValuePair<string, string>> variables)
    {
        var payload = new JsonObject();
        if (rule.Body is not null && body.Length > 0)
        {
            var sent = JsonNode.Parse(body);
            if (rule.Body != "*") Put(payload, rule.Body, sent);
            else if (sent is JsonObject members) payload = members;
            else throw new ProtoFormatException("body must be a table");
        }

        if (rule.Body != "*" && query.Length > 1)
            foreach (var (name, values) in Arguments.Parse(query.AsSpan(1)).All)
                Put(payload, name, values.Count == 1 ? Text(values[0]) : new JsonArray([.. values.Select(Text)]));
        foreach (var (name, value) in variables) Put(payload, name, value);
        return payload;

        static JsonNode Text(string? value) => value ?? "true";
    }

    private static void Put(JsonObject payload, string path, JsonNode? value)
    {
        var names = path.Split('.');
        foreach (var name in names[..^1])
        {
            if (payload[name] is not JsonObject inner) payload[name] = inner = [];
            payload = inner;
        }

        payload[names[^1]] = value;
    }

    private static Answer Refusal(string reason) => new() { Status = 400, Body = Encoding.UTF8.GetBytes(reason) };

    [LoggerMessage(Level = LogLevel.Error, Message = "grpc-gateway: {Reason}")]
    private static partial void LogProto(ILogger log, string reason);
}

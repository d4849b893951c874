using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Foundation.Protobuf;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.HttpRequest;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Grpc;

/// <summary>Calls a method of a gRPC service for each item.</summary>
internal sealed class GrpcNode : AsyncItemNode
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<GrpcNode, GrpcParameters>((p, s) => new(p, s))
    {
        Type = "grpc",
        Summary = "Calls a method of a gRPC service, described by a .proto file or a descriptor set, with JSON in and JSON out.",
        Category = NodeCategory.Http,
    };

    /// <summary>JavaScript's numbers do not hold all of 64 bits, and a misspelt field is a mistake.</summary>
    private static readonly ProtoJsonStyle Style = new() { LongsAreText = true, RefusesUnknown = true };

    private readonly GrpcParameters _parameters;
    private readonly ConnectionReference? _connection;

    /// <summary>Null where the item has the descriptor.</summary>
    private readonly ProtoMethod? _method;

    public GrpcNode(GrpcParameters parameters, NodeSetup setup)
    {
        _parameters = parameters;
        if (parameters.Authentication is not "none") _connection = ConnectionReference.Of(setup, parameters.GenericAuthType, "authentication");
        var source = parameters.DescriptorFrom switch { "proto" => parameters.Proto, "file" => parameters.File, "descriptorSet" => parameters.DescriptorSet, _ => null };
        if (source is null) return;
        if (source.Length == 0)
        {
            setup.Report(parameters.DescriptorFrom, "required: it says what the service understands");
            return;
        }

        var at = parameters.DescriptorFrom;
        try
        {
            var schema = at switch
            {
                "proto" => ProtoFile.Parse(source),
                "file" => GrpcDescriptors.OfFile(source, setup.Workflow.Place.File),
                _ => GrpcDescriptors.OfBase64(source),
            };
            at = "method";
            _method = GrpcDescriptors.Find(schema, parameters.Service, parameters.Method);
        }
        catch (ProtoFormatException e)
        {
            setup.Report(at, e.Message);
        }
    }

    /// <summary>Nobody knows what a method does.</summary>
    public override bool Idempotent => false;

    protected override async ValueTask ExecuteAsync(NodeContext context, int index, List<Item> output)
    {
        var method = _method ?? await DescribedAsync(context, index);
        var call = await CallAsync(context, index, method);
        var most = method.ServerStreaming ? (int)_parameters.Options.MaxMessages.Get(context, index) : 2;
        var answer = await GrpcCall.SendAsync(context, call, method, new GrpcLimits(most, (int)_parameters.Options.MaxMessageBytes), Style, index);
        if (answer is { Code: 16 } && call.Reauthorise is { } reauthorise)
        {
            await reauthorise();
            answer = await GrpcCall.SendAsync(context, call, method, new GrpcLimits(most, (int)_parameters.Options.MaxMessageBytes), Style, index);
        }

        answer.ThrowIfFailed(index);
        if (!method.ServerStreaming && answer.Messages.Count != 1)
            throw new NodeException($"the answer has {(answer.Messages.Count == 0 ? "no message" : "more than one message")}, and {method.Path} gives one") { ItemIndex = index, Code = "INTERNAL", Retryable = false };
        foreach (var message in answer.Messages)
        {
            var json = _parameters.Options.FullResponse ? new JsObject { ["message"] = message, ["headers"] = answer.Headers, ["trailers"] = answer.Trailers } : message.AsObject ?? new JsObject(1) { ["value"] = message };
            output.Add(new Item(json) { PairedItems = Positions.Of(index) });
        }
    }

    private async ValueTask<ProtoMethod> DescribedAsync(NodeContext context, int index)
    {
        var file = Files.Find(context, index, _parameters.BinaryPropertyName.Get(context, index));
        var content = await context.Services.ReadAsync(file, context.Cancellation);
        try
        {
            return GrpcDescriptors.Find(GrpcDescriptors.OfContent(content.Span, file.FileName), _parameters.Service, _parameters.Method);
        }
        catch (ProtoFormatException e)
        {
            throw new NodeException($"the descriptor: {e.Message}", e) { ItemIndex = index, Retryable = false };
        }
    }

    private async ValueTask<HttpCall> CallAsync(NodeContext context, int index, ProtoMethod method)
    {
        var content = Message(context, index, method);
        var timeout = _parameters.Options.Timeout.Get(context, index);
        var call = new HttpCall
        {
            Method = "POST",
            Url = Address(_parameters.Url.Get(context, index).Trim(), method, index),
            Route = new HttpRoute(context.Services.GuardsAddresses(context.Run.Request.Tenant), _parameters.Options.AllowUnauthorizedCerts),
            Timeout = TimeSpan.FromMilliseconds(timeout),
            Body = _ => GrpcCall.Content(content),
        };
        call.Headers.Add(new("TE", "trailers"));
        call.Headers.Add(new("grpc-timeout", GrpcCall.Timeout(timeout)));
        call.Headers.Add(new("grpc-accept-encoding", "identity"));
        foreach (var (name, value) in JsonParameter.Parse(_parameters.Metadata.Get(context, index), "metadata") switch { { AsObject: { } map } => map, { IsNullish: true } => new JsObject(), _ => throw Refuse("metadata must be an object", index) })
            foreach (var one in value.AsArray is { } several ? several.Select(ParameterValues.ToText) : [ParameterValues.ToText(value)])
                AddMetadata(call, name, one, index);
        if (context.TraceParent is { } trace) call.Headers.Add(new("traceparent", trace));
        if (_connection is not null) await _connection.AuthoriseAsync(call, context);
        return call;
    }

    private byte[] Message(NodeContext context, int index, ProtoMethod method)
    {
        var given = _parameters.Message is { IsLiteral: true, Literal.IsUndefined: true } ? (method.Input.Fields.Count == 0 ? new JsObject() : context.Items[index].Json) : JsonParameter.Parse(_parameters.Message.Get(context, index), "message");
        try
        {
            return GrpcFrames.Frame(0, ProtoJson.EncodeNode(JsonNode.Parse(JsJson.WriteUtf8(given.IsUndefined ? new JsObject() : given)), method.Input, Style));
        }
        catch (Exception e) when (e is ProtoFormatException or JsonException or InvalidOperationException)
        {
            throw new NodeException(e is JsonException ? "message: nested too deeply" : $"message: {e.Message}", e) { ItemIndex = index, Code = "INVALID_INPUT", Retryable = false };
        }
    }

    private static Uri Address(string given, ProtoMethod method, int index)
    {
        if (!Uri.TryCreate(given, UriKind.Absolute, out var address) || address.Scheme is not ("grpc" or "grpcs" or "http" or "https") || address.Host.Length == 0 || address.Query.Length > 0 || address.UserInfo.Length > 0)
            throw Refuse($"'{given}' is no address such as grpc://host:50051 or grpcs://host", index);
        var tls = address.Scheme is "grpcs" or "https";
        return new UriBuilder(tls ? "https" : "http", address.IdnHost, address.Port > 0 ? address.Port : tls ? 443 : 80, address.AbsolutePath.TrimEnd('/') + method.Path).Uri;
    }

    private static void AddMetadata(HttpCall call, string name, string value, int index)
    {
        name = name.ToLowerInvariant();
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.')) throw Refuse($"metadata: '{name}' is no name: letters, digits and -_. make one", index);
        if (name.StartsWith("grpc-", StringComparison.Ordinal) || name is "te" or "content-type" or "host" or "connection" or "content-length" or "transfer-encoding") throw Refuse($"metadata: '{name}' is the protocol's own", index);
        if (value.Any(c => c is < ' ' or > '~')) throw Refuse($"metadata: the value of '{name}' has other than printable ASCII characters; a name that ends in -bin takes Base64", index);
        (name is "authorization" or "cookie" ? call.Secrets : call.Headers).Add(new(name, value));
    }

    private static NodeException Refuse(string message, int index) => new(message) { ItemIndex = index, Code = "INVALID_INPUT", Retryable = false };
}

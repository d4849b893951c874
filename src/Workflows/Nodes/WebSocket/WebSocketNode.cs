using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.HttpRequest;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.WebSocket;

/// <summary>Opens a WebSocket for each item, sends a message and waits for one answer (RFC 6455).</summary>
internal sealed class WebSocketNode : AsyncItemNode
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<WebSocketNode, WebSocketParameters>((p, s) => new(p, s))
    {
        Type = "websocket",
        Summary = "Sends a message over a WebSocket and waits for one answer.",
        Category = NodeCategory.Http,
    };

    private readonly WebSocketParameters _parameters;
    private readonly ConnectionReference? _connection;

    public WebSocketNode(WebSocketParameters parameters, NodeSetup setup)
    {
        _parameters = parameters;
        if (parameters.Authenticate) _connection = ConnectionReference.OfAny(setup, ConnectionReference.HttpKinds);
    }

    public override bool Idempotent => false;

    protected override async ValueTask ExecuteAsync(NodeContext context, int index, List<Item> output)
    {
        var call = await CallAsync(context, index);
        var (type, content) = await MessageAsync(context, index);
        using var source = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        await using var timer = context.Time.CreateTimer(static s => ((CancellationTokenSource)s!).Cancel(), source, call.Timeout, Timeout.InfiniteTimeSpan);
        using var socket = new ClientWebSocket();
        try
        {
            await ConnectAsync(context, socket, call, source.Token);
            if (content is { } sent) await socket.SendAsync(sent, type, WebSocketMessageFlags.EndOfMessage, source.Token);
            var item = _parameters.WaitForAnswer ? await AnswerAsync(context, index, socket, source.Token) : new Item(new JsObject { ["success"] = true });
            output.Add(new Item(item.Json) { Binary = item.Binary, PairedItems = Positions.Of(index) });
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived) await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, source.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException && source.IsCancellationRequested && !context.Cancellation.IsCancellationRequested)
        {
            throw new NodeException($"{call.Url.Host} did not answer within {call.Timeout.TotalMilliseconds} ms", e) { ItemIndex = index };
        }
        catch (WebSocketException e)
        {
            if (Refusal(e) is { } own) throw own;
            throw new NodeException($"{call.Url.Host}: {e.InnerException?.Message ?? e.Message}", e) { ItemIndex = index, Code = (int)socket.HttpStatusCode is > 0 and var status ? $"{status}" : null };
        }
    }

    // A refusal of our own, for instance of a private address, says why itself.
    private static NodeException? Refusal(Exception? e) => e switch
    {
        null => null,
        NodeException own => own,
        _ => Refusal(e.InnerException),
    };

    private async Task ConnectAsync(NodeContext context, ClientWebSocket socket, HttpCall call, CancellationToken cancel)
    {
        using var message = await call.ToMessageAsync(withSecrets: true, cancel);
        foreach (var (name, values) in message.Headers)
            if (!name.Equals("Accept", StringComparison.OrdinalIgnoreCase)) socket.Options.SetRequestHeader(name, string.Join(", ", values));
        foreach (var protocol in _parameters.Subprotocols) socket.Options.AddSubProtocol(protocol);
        socket.Options.CollectHttpResponseDetails = true;
        var address = new UriBuilder(message.RequestUri!) { Scheme = message.RequestUri!.Scheme is "https" ? "wss" : "ws" };
        await context.Services.Http.ConnectAsync(call.Route, socket, address.Uri, cancel);
    }

    private async ValueTask<(WebSocketMessageType Type, ReadOnlyMemory<byte>? Content)> MessageAsync(NodeContext context, int index)
    {
        if (_parameters.InputDataFieldName.Get(context, index) is { Length: > 0 } field)
        {
            var file = context.Items[index].Binary?.GetValueOrDefault(field) ?? throw new NodeException($"the item has no file '{field}'") { ItemIndex = index, Retryable = false };
            return (WebSocketMessageType.Binary, await context.Services.ReadAsync(file, context.Cancellation));
        }

        if (_parameters.Message is null || _parameters.Message.Get(context, index) is not { IsUndefined: false } message) return (WebSocketMessageType.Text, null);
        return (WebSocketMessageType.Text, message.AsString is { } text ? Encoding.UTF8.GetBytes(text) : JsJson.WriteUtf8(message));
    }

    private async Task<Item> AnswerAsync(NodeContext context, int index, ClientWebSocket socket, CancellationToken cancel)
    {
        var field = _parameters.OutputPropertyName.Get(context, index);
        for (var skip = _parameters.SkipMessages; ; skip--)
        {
            var (type, content) = await ReceiveAsync(socket, context.Services.Http.MaximumResponse, cancel);
            if (type is WebSocketMessageType.Close)
                throw new NodeException($"the server closed before it answered{(socket.CloseStatusDescription is { Length: > 0 } why ? $": {why}" : "")}") { ItemIndex = index, Code = $"{(int?)socket.CloseStatus}" };
            if (skip > 0) continue;
            if (type is WebSocketMessageType.Binary)
            {
                var file = new BinaryData { Content = content, Size = content.Length, MimeType = "application/octet-stream" };
                return new Item(new JsObject()) { Binary = new Dictionary<string, BinaryData>(StringComparer.Ordinal) { [field] = file } };
            }

            var data = Data(Encoding.UTF8.GetString(content));
            return new Item(data.AsObject ?? new JsObject { [field] = data });
        }
    }

    private static async Task<(WebSocketMessageType Type, byte[] Content)> ReceiveAsync(ClientWebSocket socket, int limit, CancellationToken cancel)
    {
        using var message = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var piece = await socket.ReceiveAsync(buffer.AsMemory(), cancel);
            if (message.Length + piece.Count > limit) throw new NodeException($"the answer is longer than {limit} bytes") { Retryable = false };
            message.Write(buffer, 0, piece.Count);
            if (piece.EndOfMessage) return (piece.MessageType, message.ToArray());
        }
    }

    private static JsValue Data(string text)
    {
        if (text is not (['{', ..] or ['[', ..])) return text;
        try
        {
            return JsJson.Parse(text);
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private async ValueTask<HttpCall> CallAsync(NodeContext context, int index)
    {
        var url = _parameters.Url.Get(context, index).Trim();
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("ws" or "wss"))
            throw new NodeException($"'{url}' is no address that begins with wss:// or ws://") { ItemIndex = index, Retryable = false };
        var call = new HttpCall
        {
            Method = "GET",
            Url = new UriBuilder(address) { Scheme = address.Scheme is "wss" ? "https" : "http", Port = address.Port }.Uri,
            Route = new HttpRoute(context.Services.GuardsAddresses(context.Run.Request.Tenant)),
            Timeout = TimeSpan.FromMilliseconds(_parameters.Timeout.Get(context, index)),
        };
        foreach (var pair in _parameters.HeaderParameters.Parameters)
            if (pair.Name.Get(context, index) is { Length: > 0 } name) call.AddSecret(name, ParameterValues.ToText(pair.Value.Get(context, index)));
        if (context.TraceParent is { } trace) call.Headers.Add(new("traceparent", trace));
        if (_connection is not null) await _connection.AuthoriseAsync(call, context);
        return call;
    }
}

using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.HttpRequest;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Sse;

/// <summary>Reads events that a server sends (HTML standard, 9.2), as many as are wanted or come in time.</summary>
internal sealed class SseNode : AsyncItemNode
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<SseNode, SseParameters>((p, s) => new(p, s))
    {
        Type = "sse",
        Summary = "Reads server-sent events: a given number, or those of a given time.",
        Category = NodeCategory.Http,
    };

    private static readonly HttpRequest.HttpRequestOptions Options = new();

    private readonly SseParameters _parameters;
    private readonly ConnectionReference? _connection;
    private readonly ResponseReader _reader = new(Options);

    public SseNode(SseParameters parameters, NodeSetup setup)
    {
        _parameters = parameters;
        if (parameters.Authenticate) _connection = ConnectionReference.OfAny(setup, ConnectionReference.HttpKinds);
    }

    protected override async ValueTask ExecuteAsync(NodeContext context, int index, List<Item> output)
    {
        var call = await CallAsync(context, index);
        var most = (int)_parameters.MaxEvents.Get(context, index);
        var before = output.Count;
        using var source = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        await using var timer = context.Time.CreateTimer(static s => ((CancellationTokenSource)s!).Cancel(), source, call.Timeout, Timeout.InfiniteTimeSpan);
        try
        {
            using var message = await call.ToMessageAsync(withSecrets: true, source.Token);
            using var response = await context.Services.Http.SendAsync(call.Route, message, source.Token);
            if (response.Content.Headers.ContentType?.MediaType is not "text/event-stream" || (int)response.StatusCode != 200)
            {
                _reader.ThrowIfFailed(await HttpAnswer.ReadAsync(response, context.Services.Http.MaximumResponse, source.Token), index, context.Time);
                throw new NodeException($"{call.Url.Host} sends no events: status {(int)response.StatusCode}, {response.Content.Headers.ContentType?.MediaType ?? "no content type"}") { ItemIndex = index, Retryable = false };
            }

            await ReadAsync(context, index, response, most, output, source.Token);
        }
        catch (HttpRequestException e)
        {
            if (e.InnerException is NodeException own) throw own;
            throw new NodeException($"{call.Url.Host} did not answer: {e.InnerException?.Message ?? e.Message}", e) { ItemIndex = index };
        }
        catch (IOException e) when (output.Count == before)
        {
            throw new NodeException($"the events of {call.Url.Host} broke off: {e.Message}", e) { ItemIndex = index };
        }
        catch (IOException)
        {
            // What came is there.
        }
        catch (OperationCanceledException) when (!context.Cancellation.IsCancellationRequested)
        {
            // The time is over.
        }

        if (_parameters.RequireAll && output.Count - before < most) throw new NodeException($"only {output.Count - before} of {most} events came within {call.Timeout.TotalMilliseconds} ms") { ItemIndex = index };
    }

    private async Task ReadAsync(NodeContext context, int index, HttpResponseMessage response, int most, List<Item> output, CancellationToken cancel)
    {
        var wanted = _parameters.Event.Get(context, index);
        var parser = new SseParser(context.Services.Http.MaximumResponse);
        var buffer = new byte[16 * 1024];
        var left = most;
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        while (await stream.ReadAsync(buffer, cancel) is var read and > 0)
        {
            foreach (var happened in parser.Add(buffer.AsMemory(0, read)))
            {
                if (wanted.Length > 0 && happened["event"].AsString != wanted) continue;
                output.Add(new Item(happened) { PairedItems = Positions.Of(index) });
                if (--left == 0) return;
            }
        }
    }

    private async ValueTask<HttpCall> CallAsync(NodeContext context, int index)
    {
        var url = _parameters.Url.Get(context, index).Trim();
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new NodeException($"'{url}' is no address that begins with http:// or https://") { ItemIndex = index, Retryable = false };
        var call = new HttpCall
        {
            Method = "GET",
            Url = address,
            Route = new HttpRoute(context.Services.GuardsAddresses(context.Run.Request.Tenant)),
            Timeout = TimeSpan.FromMilliseconds(_parameters.Timeout.Get(context, index)),
        };
        call.Headers.Add(new("Accept", "text/event-stream"));
        call.Headers.Add(new("Cache-Control", "no-store"));
        if (_parameters.LastEventId.Get(context, index) is { Length: > 0 } last) call.AddSecret("Last-Event-ID", last);
        foreach (var pair in _parameters.HeaderParameters.Parameters)
            if (pair.Name.Get(context, index) is { Length: > 0 } name) call.AddSecret(name, ParameterValues.ToText(pair.Value.Get(context, index)));
        if (context.TraceParent is { } trace) call.Headers.Add(new("traceparent", trace));
        if (_connection is not null) await _connection.AuthoriseAsync(call, context);
        return call;
    }
}

using System.Net.Http.Headers;
using Sluice.Workflows.Connections;
using Sluice.Workflows.Connections.Kinds;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.HttpRequest;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Connectors;

/// <summary>Does what a service's API declares: one request for each item, page after page where there are several.</summary>
internal abstract class ConnectorNode<TParameters> : Node
    where TParameters : ConnectorParameters
{
    private const int MostPages = 10_000;

    private static readonly ResponseReader Reader = new(new HttpRequest.HttpRequestOptions());

    private readonly ConnectorApi<TParameters> _api;
    private readonly TParameters _parameters;
    private readonly ApiOperation<TParameters>? _operation;
    private readonly ConnectionReference? _connection;
    private readonly string? _method;

    protected ConnectorNode(ConnectorApi<TParameters> api, TParameters parameters, NodeSetup setup)
    {
        _api = api;
        _parameters = parameters;
        _operation = api.Find(parameters, setup.Report);
        if (api.Connections.Count > 0)
            _connection = ConnectionReference.OfAny(setup, api.Connections, parameters.Authentication.Contains("oauth", StringComparison.OrdinalIgnoreCase), api.ConnectionIsOptional);
        if (_operation is null) return;
        var check = new ApiRequest(setup.Report);
        try
        {
            _operation.Build(parameters, check);
        }
        catch (NodeException e)
        {
            if (!check.IsOpen) setup.Report("operation", e.Message);
        }

        _method = check.Following is null ? check.Method : null;
    }

    // HTTP's own rule: these may be sent again (RFC 9110, 9.2.2).
    public override bool Idempotent => _method is "GET" or "PUT" or "DELETE";

    public sealed override async ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        var items = context.Items;
        var output = new List<Item>(items.Count);
        if (_operation is not { } operation || items.Count == 0) return NodeResult.Of(output);
        var connection = _connection is null ? null : await _connection.FindAsync(context);
        for (var i = 0; i < (operation.AllAtOnce ? 1 : items.Count); i++)
        {
            try
            {
                var before = output.Count;
                await OneAsync(context, i, connection, operation, output);
                // What is sent for all comes out as it came in.
                if (operation.AllAtOnce && output.Count == before) output.AddRange(Enumerable.Range(0, items.Count).Select(context.Same));
            }
            catch (NodeException e) when (context.ContinueOnFail)
            {
                output.Add(context.Failed(i, e));
            }
        }

        return NodeResult.Of(output);
    }

    private async ValueTask OneAsync(NodeContext context, int index, Connection? connection, ApiOperation<TParameters> operation, List<Item> output)
    {
        var request = new ApiRequest(context, index, (connection?.Fields as ServiceConnection)?.Account);
        operation.Build(_parameters, request);
        while (request.Following is { } following)
        {
            var answer = await FetchAsync(context, index, await CallAsync(context, index, request, connection));
            var next = request.Another();
            following(answer.TryJson(out var json) ? json : default, next);
            // Nothing more to do.
            if (next.Method is null) return;
            request = next;
        }

        await PagesAsync(context, index, request, connection, operation.AllAtOnce, output);
    }

    private async ValueTask PagesAsync(NodeContext context, int index, ApiRequest request, Connection? connection, bool allAtOnce, List<Item> output)
    {
        var call = await CallAsync(context, index, request, connection);
        var paired = Positions.Of(index);
        var left = request.Most;
        for (var page = 0; page < MostPages; page++)
        {
            var answer = await FetchAsync(context, index, call);
            if (allAtOnce && request.Rows is null) return;
            foreach (var value in Values(request, answer))
            {
                if (left-- <= 0) return;
                var shaped = request.Shape is { } shape ? shape(value) : value;
                output.Add(new Item(shaped.AsObject ?? new JsObject { ["data"] = shaped }) { PairedItems = paired });
            }

            if (left <= 0 || request.Next is not { } next || !next(answer, call)) return;
        }
    }

    private static IEnumerable<JsValue> Values(ApiRequest request, HttpAnswer answer)
    {
        // 204, or an answer for people: "ok".
        if (!answer.TryJson(out var json)) return [answer.Body.Length == 0 ? new JsObject { ["success"] = true } : new JsObject { ["data"] = answer.Text }];
        if (request.Rows is { } rows) return rows(json);
        if (request.ItemPath is { } path) json = json.AsObject is { } map ? ItemPaths.Get(map, path) : default;
        return json switch
        {
            { AsArray: { } list } => list,
            { IsNullish: true } => [],
            _ => [json],
        };
    }

    private async ValueTask<HttpAnswer> FetchAsync(NodeContext context, int index, HttpCall call)
    {
        var answer = await Reader.FetchAsync(context, call, index);
        return ApiFailure.Of(_api.Service, answer, index, context.Time) is { } failure ? throw failure : answer;
    }

    private async ValueTask<HttpCall> CallAsync(NodeContext context, int index, ApiRequest request, Connection? connection)
    {
        var own = request.Address ?? _parameters.BaseUrl.Get(context, index).Trim();
        var address = own.Length > 0 ? own : connection?.Fields.ApiAddress ?? _api.Address ?? throw new NodeException($"{_api.Service} has no address of its own: give the connection base_url") { ItemIndex = index, Retryable = false };
        if (!Uri.TryCreate(address.TrimEnd('/') + request.Path, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new NodeException($"baseUrl: '{address}' is no address that begins with http:// or https://") { ItemIndex = index, Retryable = false };
        var call = new HttpCall
        {
            Method = request.Method!,
            Url = url,
            Route = new HttpRoute(context.Services.GuardsAddresses(context.Run.Request.Tenant)),
            Timeout = TimeSpan.FromMinutes(5),
            Fields = request.Fields,
        };
        call.Query.AddRange(request.Arguments);
        call.Headers.Add(new("Accept", "application/json"));
        foreach (var (name, value) in _api.Headers.Concat(request.Headers))
        {
            call.Headers.RemoveAll(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
            call.Headers.Add(new(name, value));
        }

        if (context.TraceParent is { } trace) call.Headers.Add(new("traceparent", trace));
        if (!request.Content.IsUndefined) call.Body = _ => Json(request.Content);
        else if (request.Fields is not null) call.Body = request.IsForm ? static c => new FormUrlEncodedContent(FormFields.Of(c.Fields!)) : static c => Json(c.Fields!);
        if (connection is not null) await ConnectionReference.AuthoriseAsync(connection, call, context);
        return call;
    }

    private static ByteArrayContent Json(JsValue value)
    {
        var content = new ByteArrayContent(JsJson.WriteUtf8(value));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }
}

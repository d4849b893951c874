using System.Net.Http.Headers;
using System.Text;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes.HttpRequest;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.GraphQl;

/// <summary>Sends a query of GraphQL for each item (GraphQL over HTTP).</summary>
internal sealed class GraphQlNode : AsyncItemNode
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<GraphQlNode, GraphQlParameters>((p, s) => new(p, s))
    {
        Type = "graphql",
        Summary = "Sends a GraphQL query or mutation for each item.",
        Category = NodeCategory.Http,
        Aliases = [new("n8n-nodes-base.graphql", 1, 1.1)],
        Lacks = "digest authentication and OAuth 1",
        // Version 1 sent the query alone unless told otherwise.
        Upgrade = static (old, version) => version < 1.1 && old["requestFormat"] is null ? old.With([], DocumentData.Entry("requestFormat", DocumentData.Text(old.Place, "graphql"))) : old,
    };

    private static readonly HttpRequest.HttpRequestOptions Options = new();

    private readonly GraphQlParameters _parameters;
    private readonly ConnectionReference? _connection;
    private readonly ResponseReader _reader = new(Options);

    public GraphQlNode(GraphQlParameters parameters, NodeSetup setup)
    {
        _parameters = parameters;
        if (parameters.Authentication is not "none") _connection = ConnectionReference.OfAny(setup, ConnectionReference.HttpKinds, parameters.Authentication is "oAuth2");
    }

    // A query may be sent again; whether it is one or a mutation is only known when the text is.
    public override bool Idempotent => _parameters.RequestMethod is "GET" || (_parameters.Query is { IsLiteral: true, Literal: { } query } && !query.Contains("mutation", StringComparison.Ordinal));

    protected override async ValueTask ExecuteAsync(NodeContext context, int index, List<Item> output)
    {
        var call = await CallAsync(context, index);
        var answer = await _reader.FetchAsync(context, call, index);
        if (!answer.TryJson(out var json) || json.AsObject is not { } body)
        {
            _reader.ThrowIfFailed(answer, index, context.Time);
            if (_parameters.ResponseFormat is not "json")
            {
                output.Add(new Item(new JsObject { [_parameters.DataPropertyName.Get(context, index)] = answer.Text }) { PairedItems = Positions.Of(index) });
                return;
            }

            throw new NodeException("the answer is no JSON object, so no answer of GraphQL") { ItemIndex = index, Details = answer.Text.Length <= 10_000 ? answer.Text : default(JsValue), Retryable = false };
        }

        if (body["errors"].AsArray is { Count: > 0 } errors) throw Failure(errors, json, answer, index, context.Time);
        _reader.ThrowIfFailed(answer, index, context.Time);
        output.Add(new Item(_parameters.ResponseFormat is "json" ? body : new JsObject { [_parameters.DataPropertyName.Get(context, index)] = answer.Text }) { PairedItems = Positions.Of(index) });
    }

    private async ValueTask<HttpCall> CallAsync(NodeContext context, int index)
    {
        var url = _parameters.Endpoint.Get(context, index).Trim();
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new NodeException($"'{url}' is no address that begins with http:// or https://") { ItemIndex = index, Retryable = false };
        var call = new HttpCall
        {
            Method = _parameters.RequestMethod,
            Url = address,
            Route = new HttpRoute(context.Services.GuardsAddresses(context.Run.Request.Tenant), _parameters.AllowUnauthorizedCerts),
            Timeout = TimeSpan.FromMilliseconds(_parameters.Timeout.Get(context, index)),
        };
        call.Headers.Add(new("Accept", "application/graphql-response+json, application/json"));
        foreach (var header in _parameters.HeaderParametersUi.Parameter)
            if (header.Name.Get(context, index) is { Length: > 0 } name) call.AddSecret(name, header.Value.Get(context, index));
        if (context.TraceParent is { } trace) call.Headers.Add(new("traceparent", trace));

        var query = _parameters.Query.Get(context, index);
        var variables = _parameters.Variables is null ? default : JsonParameter.Parse(_parameters.Variables.Get(context, index), "variables");
        var operation = _parameters.OperationName.Get(context, index);
        if (_parameters.RequestMethod is "GET")
        {
            call.Query.Add(new("query", query));
            if (!variables.IsNullish) call.Query.Add(new("variables", JsJson.WriteString(variables)));
            if (operation.Length > 0) call.Query.Add(new("operationName", operation));
        }
        else if (_parameters.RequestFormat is "graphql")
        {
            call.Body = _ => Content(Encoding.UTF8.GetBytes(query), "application/graphql");
        }
        else
        {
            var body = new JsObject { ["query"] = query };
            if (!variables.IsNullish) body.Set("variables", variables);
            if (operation.Length > 0) body.Set("operationName", operation);
            call.Body = _ => Content(JsJson.WriteUtf8(body), "application/json");
        }

        if (_connection is not null) await _connection.AuthoriseAsync(call, context);
        return call;
    }

    private static NodeException Failure(JsArray errors, JsValue body, HttpAnswer answer, int index, TimeProvider time) =>
        new(string.Join(", ", errors.Take(10).Select(e => e.AsObject?["message"].AsString ?? ParameterValues.ToText(e))))
        {
            ItemIndex = index,
            Code = errors[0].AsObject?["extensions"].AsObject?["code"].AsString ?? $"{answer.Status}",
            Details = body,
            Retryable = answer.IsRetryable,
            RetryAfter = answer.RetryAfter(time),
        };

    private static ByteArrayContent Content(byte[] bytes, string type)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return content;
    }
}

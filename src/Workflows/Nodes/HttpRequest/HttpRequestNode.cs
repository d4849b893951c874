using System.Globalization;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.HttpRequest;

/// <summary>Calls an address for each item.</summary>
internal sealed class HttpRequestNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<HttpRequestNode, HttpRequestParameters>((p, s) => new(p, s))
    {
        Type = "http-request",
        Summary = "Calls an address for each item: any method and body, pages, redirects, files.",
        Category = NodeCategory.Http,
        Aliases = [new("n8n-nodes-base.httpRequest", 1, 4.5) { Older = (3, "without splitIntoItems a list of JSON is one item whose fields are 0, 1 and so on") }],
        Upgrade = HttpRequestUpgrade.Upgrade,
        Lacks = "client certificates; digest authentication; OAuth 1; more than 50 requests under way at a time; credentials that follow a redirect to another host unless the node says so; types that end in +json as text; failing at an empty answer that says it is JSON; forms and raw text of DELETE as JSON or nothing",
    };

    private readonly HttpRequestParameters _parameters;
    private readonly RequestBuilder _builder;
    private readonly ResponseReader _reader;
    private readonly PaginationValues? _pages;

    public HttpRequestNode(HttpRequestParameters parameters, NodeSetup setup)
    {
        _parameters = parameters;
        _builder = new RequestBuilder(parameters, setup);
        _reader = new ResponseReader(parameters.Options, RequestFields.Of(setup.Definition).ReadsText);
        _pages = parameters.Options.Pagination?.Pagination is { PaginationMode: not "off" } pages ? pages : null;
        if (parameters.ProvideSslCertificates) setup.Report("provideSslCertificates", "client certificates are not supported");
    }

    // HTTP's own rule: these may be sent again (RFC 9110, 9.2.2).
    public override bool Idempotent => _parameters.Method is { IsLiteral: true, Literal: not ("POST" or "PATCH") };

    public override async ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        var items = context.Items;
        var batch = _parameters.Options.Batching?.Batch;
        var size = _pages is not null ? 1 : batch is null ? 50 : Math.Clamp(batch.BatchSize, 1, 50);
        var output = new List<Item>(items.Count);
        for (var start = 0; start < items.Count; start += size)
        {
            if (start > 0 && batch is { BatchInterval: > 0 }) await Task.Delay(TimeSpan.FromMilliseconds(batch.BatchInterval), context.Time, context.Cancellation);
            var count = Math.Min(size, items.Count - start);
            if (count == 1)
            {
                output.AddRange(await OneAsync(context, start));
                continue;
            }

            var under = new Task<List<Item>>[count];
            // Parameters are read one after the other, before each request leaves; the answers may come in any order.
            for (var i = 0; i < count; i++) under[i] = OneAsync(context, start + i);
            await Task.WhenAll(under);
            foreach (var done in under) output.AddRange(await done);
        }

        return NodeResult.Of(output);
    }

    private async Task<List<Item>> OneAsync(NodeContext context, int index)
    {
        try
        {
            return _pages is null ? await _reader.ReadAsync(context, index, await _builder.BuildAsync(context, index)) : await PagesAsync(context, index, _pages);
        }
        catch (NodeException e) when (context.ContinueOnFail)
        {
            return [HttpFailure.Item(index, e)];
        }
    }

    private async Task<List<Item>> PagesAsync(NodeContext context, int index, PaginationValues pages)
    {
        var all = new List<Item>();
        var limit = pages.LimitPagesFetched ? pages.MaxRequests.Get(context, index) : 100_000;
        var ends = pages.StatusCodesWhenComplete.Get(context, index).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(s => int.TryParse(s, CultureInfo.InvariantCulture, out var code) ? code : 0).ToHashSet();
        var call = await _builder.BuildAsync(context, index);
        var (last, same) = (Array.Empty<byte>(), 0);
        try
        {
            for (var page = 0; ; page++)
            {
                if (page > 0 && pages.RequestInterval > 0) await Task.Delay(TimeSpan.FromMilliseconds(pages.RequestInterval), context.Time, context.Cancellation);
                if (page == 0) SetRoots(context, 0, new JsObject(), call);
                if (pages.PaginationMode is "updateAParameterInEachRequest")
                {
                    foreach (var changing in pages.Parameters.All)
                    {
                        var name = changing.Name.Get(context, index);
                        if (name.Length == 0) throw new NodeException("a parameter that changes from page to page has no name") { ItemIndex = index, Retryable = false };
                        call.Change(changing.Type, name, changing.Value.Get(context, index));
                    }
                }

                var answer = await _reader.FetchAsync(context, call, index);
                if (ends.Contains(answer.Status) && pages.PaginationCompleteWhen is "receiveSpecificStatusCodes")
                {
                    all.AddRange(_reader.Items(context, answer, index));
                    return all;
                }

                _reader.ThrowIfFailed(answer, index, context.Time);
                same = answer.Body.AsSpan().SequenceEqual(last) ? same + 1 : 0;
                last = answer.Body;
                if (same == 5) throw new NodeException("the answer was the same 5 times: what says that there are no more pages is wrong") { ItemIndex = index, Retryable = false };
                all.AddRange(_reader.Items(context, answer, index));
                SetRoots(context, page + 1, answer.AsData(), call);
                if (page + 1 >= limit) return all;
                if (pages.PaginationMode is "responseContainsNextURL")
                {
                    var next = pages.NextUrl.Get(context, index);
                    if (next.Length == 0) return all;
                    call.Url = call.Url is { } from && Uri.TryCreate(from, next, out var resolved) ? resolved : throw new NodeException($"'{next}' is no address") { ItemIndex = index, Retryable = false };
                    // What the address does not say itself is still said: a key, for example.
                    var said = System.Web.HttpUtility.ParseQueryString(call.Url.Query);
                    call.Query.RemoveAll(q => said.AllKeys.Contains(q.Key, StringComparer.Ordinal));
                }

                if (pages.PaginationCompleteWhen is "other" ? pages.CompleteExpression.Get(context, index) : pages.PaginationCompleteWhen is "responseIsEmpty" && answer.IsEmpty) return all;
            }
        }
        finally
        {
            context.Scope.ExtraRoots = null;
        }
    }

    private static void SetRoots(NodeContext context, int pageCount, JsValue response, HttpCall call)
    {
        var (headers, query) = (new JsObject(), new JsObject());
        foreach (var (name, value) in call.Headers) headers.Set(name.ToLowerInvariant(), value);
        foreach (var (name, value) in call.Query) query.Set(name, value);
        var request = new JsObject { ["method"] = call.Method, ["uri"] = call.Url.OriginalString, ["url"] = call.Url.OriginalString, ["headers"] = headers, ["qs"] = query };
        if (call.Fields is { } body) request.Set("body", body);
        context.Scope.ExtraRoots = new Dictionary<string, JsValue>(StringComparer.Ordinal) { ["$pageCount"] = pageCount, ["$response"] = response, ["$request"] = request };
    }
}

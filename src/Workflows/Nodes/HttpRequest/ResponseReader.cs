using System.Net;
using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.HttpRequest;

/// <summary>Sends requests, follows redirects, and makes items of answers.</summary>
/// <param name="options">What the node says about the answer.</param>
/// <param name="readsText">Whether text that is JSON is read as such.</param>
internal sealed class ResponseReader(HttpRequestOptions options, bool readsText = false)
{
    private readonly ResponseValues _settings = options.Response?.Response ?? new();

    public async Task<List<Item>> ReadAsync(NodeContext context, int index, HttpCall call)
    {
        var answer = await FetchAsync(context, call, index);
        ThrowIfFailed(answer, index, context.Time);
        return Items(context, answer, index);
    }

    /// <summary>The answer, after redirects, whatever its status.</summary>
    public async Task<HttpAnswer> FetchAsync(NodeContext context, HttpCall call, int index)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        await using var timer = context.Time.CreateTimer(static s => ((CancellationTokenSource)s!).Cancel(), source, call.Timeout, Timeout.InfiniteTimeSpan);
        try
        {
            var answer = await FollowAsync(context, call, source.Token);
            if (answer.Status != 401 || call.Reauthorise is not { } reauthorise) return answer;
            await reauthorise();
            return await FollowAsync(context, call, source.Token);
        }
        catch (HttpRequestException e)
        {
            // A refusal of our own, for instance of a private address, says why itself.
            if (e.InnerException is NodeException own) throw own;
            if (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded) throw new NodeException(e.Message, e) { ItemIndex = index, Retryable = false };
            if (e.HttpRequestError == HttpRequestError.InvalidResponse) throw new NodeException($"the answer of {call.Url.Host} is not valid HTTP: {e.Message}", e) { ItemIndex = index };
            throw new NodeException($"{call.Url.Host} did not answer: {e.InnerException?.Message ?? e.Message}", e) { ItemIndex = index };
        }
        catch (IOException e)
        {
            throw new NodeException($"the answer of {call.Url.Host} broke off: {e.Message}", e) { ItemIndex = index };
        }
        catch (OperationCanceledException e) when (!context.Cancellation.IsCancellationRequested)
        {
            throw new NodeException($"{call.Url.Host} did not answer within {call.Timeout.TotalMilliseconds} ms", e) { ItemIndex = index };
        }
    }

    public void ThrowIfFailed(HttpAnswer answer, int index, TimeProvider time)
    {
        if (answer.Status is >= 200 and < 300 || _settings.NeverError) return;
        var body = answer.Body.Length == 0 ? default : answer.IsJson && answer.TryJson(out var json) ? json : answer.Text is { Length: <= 10_000 } text ? text : default(JsValue);
        throw new NodeException($"Request failed with status code {answer.Status}")
        {
            ItemIndex = index,
            Code = answer.Status.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Details = body,
            Retryable = answer.IsRetryable,
            RetryAfter = answer.RetryAfter(time),
        };
    }

    /// <summary>The items that an answer becomes.</summary>
    public List<Item> Items(NodeContext context, HttpAnswer answer, int index)
    {
        var format = _settings.ResponseFormat is not "autodetect" ? _settings.ResponseFormat : answer.IsJson ? "json" : answer.IsFile ? "file" : "text";
        var field = _settings.OutputPropertyName.Get(context, index);
        var paired = Positions.Of(index);
        switch (format)
        {
            case "file":
                var item = context.Items[index];
                var name = answer.FileName ?? (MediaTypes.Extension(answer.MediaType) is { } ending ? $"{field}.{ending}" : null);
                var file = new BinaryData { Content = answer.Body, Size = answer.Body.Length, MimeType = answer.MediaType ?? "text/plain", FileName = name, FileExtension = Path.GetExtension(name)?.TrimStart('.') };
                return [new Item(_settings.FullResponse ? answer.With(field, default) : item.Json) { Binary = Files.With(item.Binary, field, file), PairedItems = paired }];
            case "json":
                if (answer.IsBlank) return [new Item(_settings.FullResponse ? answer.With("body", _settings.NeverError ? new JsObject() : default(JsValue)) : new JsObject()) { PairedItems = paired }];
                if (!answer.TryJson(out var json) && _settings is { NeverError: true, ResponseFormat: "autodetect" }) json = new JsObject();
                else if (json.IsUndefined)
                    throw new NodeException("Response body is not valid JSON. Change \"Response Format\" to \"Text\"") { ItemIndex = index, Details = answer.Text.Length <= 10_000 ? answer.Text : default(JsValue), Retryable = false };
                if (_settings.FullResponse) return [new Item(answer.With("body", json)) { PairedItems = paired }];
                if (json.IsNull) return [new Item(new JsObject()) { PairedItems = paired }];
                if (json.AsArray is { } whole && !_settings.SplitIntoItems) json = Indexed(whole);
                if (json.AsArray is { } list) return [.. list.Select(e => new Item(e.AsObject ?? (e.IsNull ? new JsObject() : new JsObject { [field] = e })) { PairedItems = paired })];
                return [new Item(json.AsObject ?? new JsObject { [field] = json }) { PairedItems = paired }];
            default:
                // A body of nothing is no field.
                var text = answer.Body.Length == 0 ? default : readsText && answer.TryJson(out var parsed) ? parsed : answer.Text;
                return [new Item(_settings.FullResponse ? answer.With(field, text) : text.IsUndefined ? new JsObject() : new JsObject { [field] = text }) { PairedItems = paired }];
        }
    }

    private async Task<HttpAnswer> FollowAsync(NodeContext context, HttpCall call, CancellationToken cancel)
    {
        var redirect = Redirects();
        var origin = call.Url;
        var target = call;
        for (var left = redirect.Most; ; left--)
        {
            var crossed = !string.Equals(target.Url.Authority, origin.Authority, StringComparison.OrdinalIgnoreCase) || !string.Equals(target.Url.Scheme, origin.Scheme, StringComparison.Ordinal);
            var answer = await SendAsync(context.Services.Http, target, withSecrets: !crossed || redirect.KeepsSecrets, cancel);
            if (!redirect.Follows || answer.RedirectsTo is not { } location) return answer;
            if (left == 0) throw new NodeException($"more than {redirect.Most} redirects") { Retryable = false };
            target = Redirected(target, (HttpStatusCode)answer.Status, location);
        }
    }

    private static JsObject Indexed(JsArray list)
    {
        var fields = new JsObject(list.Count);
        for (var i = 0; i < list.Count; i++) fields.Set(i.ToString(System.Globalization.CultureInfo.InvariantCulture), list[i]);
        return fields;
    }

    private static async ValueTask<HttpAnswer> SendAsync(OutgoingHttp http, HttpCall call, bool withSecrets, CancellationToken cancel)
    {
        using var message = await call.ToMessageAsync(withSecrets, cancel);
        if (http.PlainFor(call.Route) is { } plain && await PlainRequests.OfAsync(call.Route, message, http.MaximumResponse, cancel) is { } request)
            return HttpAnswer.Of(await plain.SendAsync(request, cancel), call.Url, http.MaximumResponse);
        using var response = await http.SendAsync(call.Route, message, cancel);
        return await HttpAnswer.ReadAsync(response, http.MaximumResponse, cancel);
    }

    private (bool Follows, int Most, bool KeepsSecrets) Redirects() =>
        (options.Redirect?.Redirect.FollowRedirects ?? true, options.Redirect?.Redirect.MaxRedirects ?? 21, options.SendCredentialsOnCrossOriginRedirect);

    private static HttpCall Redirected(HttpCall call, HttpStatusCode status, Uri location)
    {
        var url = new Uri(call.Url, location);
        if (url.Scheme is not ("http" or "https")) throw new NodeException($"a redirect to '{url.Scheme}:' is not followed") { Retryable = false };
        // As browsers do it (Fetch standard, 4.4).
        var toGet = (status is HttpStatusCode.Moved or HttpStatusCode.Found && call.Method is "POST") || (status is HttpStatusCode.SeeOther && call.Method is not ("GET" or "HEAD"));
        var next = new HttpCall { Method = toGet ? "GET" : call.Method, Url = url, Route = call.Route, Timeout = call.Timeout, Body = toGet ? null : call.Body, Fields = call.Fields, Sign = call.Sign };
        next.Headers.AddRange(toGet ? call.Headers.Where(h => !h.Key.StartsWith("content-", StringComparison.OrdinalIgnoreCase)) : call.Headers);
        next.Secrets.AddRange(call.Secrets);
        next.SecretQuery.AddRange(call.SecretQuery);
        return next;
    }
}

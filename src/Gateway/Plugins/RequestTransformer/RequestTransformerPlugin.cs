using System.Text;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Templates;
using Sluice.Gateway.Plugins.Transforming;

namespace Sluice.Gateway.Plugins.RequestTransformer;

/// <summary>Changes path, method, header fields, query and body of requests before they go upstream.</summary>
internal sealed partial class RequestTransformerPlugin : Plugin
{
    /// <summary>A larger body is passed on as it is.</summary>
    public const int MaxBody = 16 * 1024 * 1024;

    public static readonly PluginDescriptor Descriptor =
        new PluginDescriptor<RequestTransformerPlugin, RequestTransformerConfig>((config, setup) => new(config, setup.Log))
        {
            Name = "request-transformer",
            Summary = "Changes path, method, header fields, query and body of requests.",
        };

    private readonly ILogger log;
    private readonly string? method;
    private readonly Template? path;
    private readonly Settings headers;
    private readonly Settings query;
    private readonly Settings body;
    private readonly bool formGoesIntoQuery;

    public RequestTransformerPlugin(RequestTransformerConfig config, ILogger log)
    {
        this.log = log;
        method = config.HttpMethod;
        formGoesIntoQuery = method is "GET" or "HEAD" or "TRACE";
        path = config.Replace.Uri is { Length: > 0 } uri ? Setting.Compile(uri, Warn) : null;
        headers = Of(config.Remove.Headers, config.Rename.Headers, config.Replace.Headers, config.Add.Headers, config.Append.Headers, forHeaders: true);
        query = Of(config.Remove.Querystring, config.Rename.Querystring, config.Replace.Querystring, config.Add.Querystring, config.Append.Querystring);
        body = Of(config.Remove.Body, config.Rename.Body, config.Replace.Body, config.Add.Body, config.Append.Body);
    }

    public override ValueTask<Verdict> RewriteAsync(Exchange exchange) =>
        formGoesIntoQuery && BodyTransform.KindOf(exchange.Request.ContentType) == BodyKind.Form ? MoveFormAsync(exchange) : Transform(exchange);

    private async ValueTask<Verdict> MoveFormAsync(Exchange exchange)
    {
        if (await exchange.ReadRequestBodyAsync(MaxBody) is { Length: > 0 } form)
        {
            var arguments = Arguments.Parse(exchange.Upstream.Query.AsSpan().TrimStart('?'));
            arguments.Append(Arguments.Parse(Encoding.UTF8.GetString(form)));
            SetQuery(exchange, arguments);
        }

        return await Transform(exchange);
    }

    private ValueTask<Verdict> Transform(Exchange exchange)
    {
        if (TransformHead(exchange) is { } error)
        {
            LogFailure(log, error);
            return Verdict.Stop(RequestTransformerErrors.Failed.Answer);
        }

        if (body.IsEmpty) return Verdict.Continue;
        string? contentType = exchange.Request.Headers.ContentType;
        var kind = BodyTransform.KindOf(contentType);
        return kind == BodyKind.Other ? Verdict.Continue : TransformBodyAsync(exchange, kind, contentType!);
    }

    // Everything is rendered before anything is changed, so that templates see the request as it came.
    private string? TransformHead(Exchange exchange)
    {
        var scope = new TemplateScope(exchange);
        var newPath = "";
        if (path is not null && !path.TryRender(scope, out newPath, out var error)) return error;
        if (!headers.TryRender(scope, out var fields, out error)) return error;
        if (!query.TryRender(scope, out var parameters, out error)) return error;
        if (path is not null && !PathTransform.TryApply(exchange, newPath)) return $"the path '{newPath}' does not start with /";
        if (method is not null) exchange.Upstream.Method = method;
        HeaderTransform.Apply(exchange, headers, fields);
        if (query.IsEmpty) return null;
        var arguments = Arguments.Parse(exchange.Upstream.Query.AsSpan().TrimStart('?'));
        QueryTransform.Apply(arguments, query, parameters);
        SetQuery(exchange, arguments);
        return null;
    }

    private async ValueTask<Verdict> TransformBodyAsync(Exchange exchange, BodyKind kind, string contentType)
    {
        if (await exchange.ReadRequestBodyAsync(MaxBody) is not { } content) return default;
        if (Transform(exchange, kind, contentType, content) is not { } error) return default;
        LogFailure(log, error);
        return RequestTransformerErrors.Failed.Answer;
    }

    private string? Transform(Exchange exchange, BodyKind kind, string contentType, byte[] content)
    {
        if (!body.TryRender(new TemplateScope(exchange), out var values, out var error)) return error;
        if (BodyTransform.Apply(kind, contentType, content, body, values) is { } changed) exchange.ReplaceRequestBody(changed);
        return null;
    }

    private static void SetQuery(Exchange exchange, Arguments arguments) =>
        exchange.Upstream.Query = arguments.Count == 0 ? "" : "?" + arguments.Write(sorted: true);

    private Settings Of(
        IReadOnlyList<string> remove, IReadOnlyList<string> rename, IReadOnlyList<string> replace, IReadOnlyList<string> add, IReadOnlyList<string> append,
        bool forHeaders = false) =>
        new(
            [.. remove.Select(r => NameValue.Parse(r).Name)],
            Setting.ParseAll(rename, Warn),
            Setting.ParseAll(replace, Warn),
            Setting.ParseAll(add, Warn),
            Setting.ParseAll(append, Warn),
            forHeaders);

    private void Warn(string problem) => LogBroken(log, problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "request-transformer: every request will be refused with a 500, because a template does not compile: {Problem}")]
    private static partial void LogBroken(ILogger log, string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "request-transformer: a template failed: {Reason}")]
    private static partial void LogFailure(ILogger log, string reason);
}

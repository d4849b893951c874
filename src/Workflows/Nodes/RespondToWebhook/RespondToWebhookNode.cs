using System.Buffers;
using Sluice.Workflows.Connections.Kinds;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Jwt;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.RespondToWebhook;

/// <summary>Answers whoever called the webhook that the run began with; the run goes on.</summary>
internal sealed class RespondToWebhookNode(RespondToWebhookParameters parameters, NodeSetup setup) : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<RespondToWebhookNode, RespondToWebhookParameters>((p, s) => new(p, s))
    {
        Type = "respond-to-webhook",
        Summary = "Answers whoever called the webhook that the run began with.",
        Category = NodeCategory.Flow,
        Aliases = [new("n8n-nodes-base.respondToWebhook", 1, 1.5)],
    };

    /// <summary>Those of a token (RFC 9110, 5.6.2).</summary>
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static readonly SearchValues<char> NotInValues = SearchValues.Create([.. Enumerable.Range(0, 32).Append(127).Where(c => c != '\t').Select(c => (char)c)]);

    private readonly bool _givesResponse = setup.Version is >= 1.3 and < 1.4 || (setup.Version >= 1.4 && parameters.EnableResponseOutput);
    private readonly bool _hasDefaults = setup.IsForeign;
    private readonly ConnectionReference? _connection = parameters.RespondWith is "jwt" ? ConnectionReference.OfAny(setup, ["jwt"]) : null;

    public override int Outputs => _givesResponse ? 2 : 1;

    public override async ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        WebhookResponse response;
        try
        {
            response = await RespondAsync(context);
        }
        catch (NodeException e) when (context.ContinueOnFail)
        {
            return NodeResult.Of([context.Failed(0, e)]);
        }

        context.Respond(response);
        return Result(context, response);
    }

    private NodeResult Result(NodeContext context, WebhookResponse response) => _givesResponse
        ? NodeResult.Of([context.Items, [new Item(new JsObject { ["response"] = Shown(response) })]])
        : NodeResult.Of(context.Items);

    private static JsObject Shown(WebhookResponse response)
    {
        var headers = new JsObject();
        foreach (var (name, value) in response.Headers) headers.Set(name.ToLowerInvariant(), value);
        if (response.ContentType is { } type) headers.Set("content-type", type);
        var shown = new JsObject();
        if (response.Text is { } text) shown.Set("body", text);
        else if (!response.Json.IsUndefined) shown.Set("body", response.Json);
        shown.Set("headers", headers);
        shown.Set("statusCode", response.Status);
        return shown;
    }

    private async ValueTask<WebhookResponse> RespondAsync(NodeContext context)
    {
        var options = parameters.Options;
        var status = options.ResponseCode is { } code ? (int)code.Get(context, 0) : parameters.RespondWith is "redirect" ? 307 : 200;
        if (status is < 100 or > 599) throw new NodeException($"the status must be between 100 and 599, not {status}") { Retryable = false };
        string? contentType = null;
        var headers = new List<KeyValuePair<string, string>>(options.ResponseHeaders.Entries.Count + 1);
        foreach (var header in options.ResponseHeaders.Entries)
        {
            var name = header.Name.Get(context, 0);
            if (string.Equals(name, "content-type", StringComparison.OrdinalIgnoreCase)) contentType = header.Value.Get(context, 0);
            else headers.Add(new(name, header.Value.Get(context, 0)));
        }

        if (contentType is not null) CheckHeader("content-type", contentType);
        foreach (var (name, value) in headers) CheckHeader(name, value);

        switch (parameters.RespondWith)
        {
            case "firstIncomingItem":
                return new() { Status = status, Headers = headers, ContentType = contentType, Json = Under(context, context.Items.Count > 0 ? context.Items[0].Json : new JsObject()) };
            case "allIncomingItems":
                var all = new JsArray(context.Items.Count);
                foreach (var item in context.Items) all.Add(item.Json);
                return new() { Status = status, Headers = headers, ContentType = contentType, Json = Under(context, all) };
            case "json":
                var body = parameters.ResponseBody.Get(context, 0);
                var json = body.IsUndefined && _hasDefaults ? new JsObject { ["myField"] = "value" } : JsonParameter.Parse(body, "responseBody");
                return new() { Status = status, Headers = headers, ContentType = contentType, Json = json };
            case "text":
                return new() { Status = status, Headers = headers, ContentType = contentType ?? "text/html; charset=utf-8", Text = ParameterValues.ToText(parameters.ResponseBody.Get(context, 0)) };
            case "jwt":
                return new() { Status = status, Headers = headers, ContentType = contentType, Json = new JsObject { ["token"] = await TokenAsync(context) } };
            case "redirect":
                headers.Add(new("Location", parameters.RedirectUrl.Get(context, 0)));
                CheckHeader("location", headers[^1].Value);
                return new() { Status = status, Headers = headers };
            case "binary":
                return new() { Status = status, Headers = headers, File = File(context, out var type), ContentType = contentType ?? type };
            default:
                return new() { Status = status, Headers = headers };
        }
    }

    /// <summary>What an item brings into a header field must not end it and begin another.</summary>
    private static void CheckHeader(string name, string value)
    {
        if (name.AsSpan().ContainsAnyExcept(NameCharacters)) throw new NodeException($"'{name}' cannot be the name of a header field") { Retryable = false };
        if (value.AsSpan().ContainsAny(NotInValues)) throw new NodeException($"the header field '{name}' cannot hold control characters") { Retryable = false };
    }

    private async ValueTask<string> TokenAsync(NodeContext context)
    {
        var given = parameters.Payload.Get(context, 0);
        var claims = given.IsUndefined && _hasDefaults ? new JsObject { ["myField"] = "value" } : JsonParameter.Parse(given, "payload").AsObject ?? throw new NodeException("payload must be an object") { Retryable = false };
        using var key = JwtKey.Of(await _connection!.FieldsAsync<JwtConnection>(context), null, forSigning: true);
        claims = claims.Clone();
        if (!claims.Contains("iat")) claims.Set("iat", context.Time.GetUtcNow().ToUnixTimeSeconds());
        return JwtToken.Sign(key, new JsObject { ["alg"] = key.Algorithm, ["typ"] = "JWT" }, claims);
    }

    private BinaryData File(NodeContext context, out string type)
    {
        var files = context.Items is [{ Binary: { } found }, ..] ? found : null;
        var file = parameters.ResponseDataSource is "set" ? files?.GetValueOrDefault(parameters.InputFieldName.Get(context, 0)) : files?.Values.FirstOrDefault();
        type = file?.MimeType ?? "";
        return file ?? throw new NodeException("No binary data exists on the first item!") { Retryable = false };
    }

    private JsValue Under(NodeContext context, JsValue value)
    {
        var key = parameters.Options.ResponseKey.Get(context, 0);
        if (key.Length == 0) return value;
        var result = new JsObject();
        ItemPaths.Set(result, key, value);
        return result;
    }
}

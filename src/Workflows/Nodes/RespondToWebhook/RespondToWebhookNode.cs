using System.Buffers;
using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.RespondToWebhook;

/// <summary>Answers whoever called the webhook that the run began with; the run goes on.</summary>
internal sealed class RespondToWebhookNode(RespondToWebhookParameters parameters, bool givesResponse) : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<RespondToWebhookNode, RespondToWebhookParameters>((p, s) => new(p, p.EnableResponseOutput || s.Version is >= 1.3 and < 1.4))
    {
        Type = "respond-to-webhook",
        Summary = "Answers whoever called the webhook that the run began with.",
        Category = NodeCategory.Flow,
        Aliases = [new("n8n-nodes-base.respondToWebhook", 1, 1.5)],
    };

    /// <summary>Those of a token (RFC 9110, 5.6.2).</summary>
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static readonly SearchValues<char> NotInValues = SearchValues.Create([.. Enumerable.Range(0, 32).Append(127).Where(c => c != '\t').Select(c => (char)c)]);

    public override int Outputs => givesResponse ? 2 : 1;

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        WebhookResponse response;
        try
        {
            response = Respond(context);
        }
        catch (NodeException e) when (context.ContinueOnFail)
        {
            return NodeResult.Of([context.Failed(0, e)]);
        }

        context.Respond(response);
        return Result(context, response);
    }

    private NodeResult Result(NodeContext context, WebhookResponse response) => givesResponse
        ? NodeResult.Of([context.Items, [new Item(new JsObject { ["response"] = new JsObject { ["statusCode"] = response.Status, ["body"] = response.Text is { } text ? text : response.Json } })]])
        : NodeResult.Of(context.Items);

    private WebhookResponse Respond(NodeContext context)
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
                var json = JsonParameter.Parse(parameters.ResponseBody.Get(context, 0), "responseBody");
                return new() { Status = status, Headers = headers, ContentType = contentType, Json = json };
            case "text":
                return new() { Status = status, Headers = headers, ContentType = contentType ?? "text/html; charset=utf-8", Text = ParameterValues.ToText(parameters.ResponseBody.Get(context, 0)) };
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

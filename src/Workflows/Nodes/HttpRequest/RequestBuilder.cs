using System.Net.Http.Headers;
using System.Text;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.HttpRequest;

/// <summary>Makes the request of an item from the node's parameters and its connection.</summary>
internal sealed class RequestBuilder(HttpRequestParameters parameters, NodeSetup setup)
{
    private readonly ConnectionReference? _connection = ConnectionOf(parameters, setup);

    private readonly RequestFields _fields = RequestFields.Of(setup.Definition);

    public async ValueTask<HttpCall> BuildAsync(NodeContext context, int index)
    {
        var url = parameters.Url.Get(context, index).Trim();
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new NodeException($"'{url}' is no address that begins with http:// or https://") { ItemIndex = index, Retryable = false };
        var proxy = parameters.Options.Proxy.Get(context, index);
        var call = new HttpCall
        {
            Method = parameters.Method.Get(context, index).ToUpperInvariant(),
            Url = address,
            Route = new HttpRoute(context.Services.GuardsAddresses(context.Run.Request.Tenant), parameters.Options.AllowUnauthorizedCerts, proxy.Length > 0 ? proxy : null),
            Timeout = TimeSpan.FromMilliseconds(parameters.Options.Timeout.Get(context, index)),
        };
        if (parameters.SendQuery) Query(context, index, call);
        if (parameters.SendHeaders) Headers(context, index, call);
        if (context.TraceParent is { } trace && !call.Headers.Exists(h => h.Key.Equals("traceparent", StringComparison.OrdinalIgnoreCase))) call.Headers.Add(new("traceparent", trace));
        if (parameters.SendBody) await BodyAsync(context, index, call);
        if (!call.Headers.Exists(static h => h.Key.Equals("accept", StringComparison.OrdinalIgnoreCase))) call.Headers.Add(new("Accept", Accepts()));
        if (_connection is not null) await _connection.AuthoriseAsync(call, context);
        return call;
    }

    private void Query(NodeContext context, int index, HttpCall call)
    {
        var fields = parameters.SpecifyQuery is "keypair" ? _fields.GatherQuery(parameters.QueryParameters.Parameters, context, index) : Object(parameters.JsonQuery, "jsonQuery", context, index);
        foreach (var (name, value) in fields)
            if (name.Length > 0) RequestFields.Flatten(call.Query, name, value, parameters.Options.QueryParameterArrays);
    }

    private void Headers(NodeContext context, int index, HttpCall call)
    {
        var fields = parameters.SpecifyHeaders is "keypair" ? _fields.Gather(parameters.HeaderParameters.Parameters, context, index) : Object(parameters.JsonHeaders, "jsonHeaders", context, index);
        foreach (var (name, value) in fields)
        {
            if (value.IsNullish) continue;
            if (value.AsArray is not { } several) Header(call, name, ParameterValues.ToText(value));
            else
                foreach (var one in several) Header(call, name, ParameterValues.ToText(one));
        }
    }

    private static void Header(HttpCall call, string name, string value)
    {
        if (name.Length == 0) return;
        if (value.AsSpan().ContainsAny('\r', '\n', '\0')) throw new NodeException($"the header field '{name}' holds a line end") { Retryable = false };
        (name.ToLowerInvariant() is "authorization" or "cookie" or "proxy-authorization" ? call.Secrets : call.Headers).Add(new(name, value));
    }

    private async ValueTask BodyAsync(NodeContext context, int index, HttpCall call)
    {
        switch (parameters.ContentType)
        {
            case "json" when parameters.SpecifyBody is "json":
                var json = JsonParameter.Parse(parameters.JsonBody.Get(context, index), "jsonBody");
                if (json.IsUndefined) throw new NodeException("jsonBody is empty, not JSON") { ItemIndex = index, Retryable = false };
                call.Fields = json.AsObject;
                // n8n sends nothing for null.
                if (!json.IsNull) call.Body = c => Json(c.Fields ?? json);
                break;
            case "json":
                call.Fields = _fields.Nest(parameters.BodyParameters.Parameters, context, index);
                call.Body = static c => Json(c.Fields!);
                break;
            case "form-urlencoded" when parameters.SpecifyBody is "string":
                call.Fields = RequestFields.OfForm(parameters.Body.Get(context, index));
                call.Body = static c => Form(c.Fields!);
                break;
            case "form-urlencoded":
                call.Fields = parameters.SpecifyBody is "json" ? Object(parameters.JsonBody, "jsonBody", context, index) : _fields.Gather(parameters.BodyParameters.Parameters, context, index);
                call.Body = static c => Form(c.Fields!);
                break;
            case "multipart-form-data":
                var parts = await PartsAsync(context, index);
                call.Body = _ => Multipart(parts);
                break;
            case "binaryData":
                var (file, content) = await FileAsync(context, index, parameters.InputDataFieldName.Get(context, index));
                call.Body = _ => Bytes(content, file.MimeType);
                break;
            default:
                var text = Encoding.UTF8.GetBytes(parameters.Body.Get(context, index));
                var type = parameters.RawContentType.Get(context, index);
                call.Body = _ => Bytes(text, type.Length > 0 ? type : "text/plain");
                break;
        }
    }

    private async ValueTask<List<(string Name, string? Text, BinaryData? File, ReadOnlyMemory<byte> Content)>> PartsAsync(NodeContext context, int index)
    {
        var parts = new List<(string, string?, BinaryData?, ReadOnlyMemory<byte>)>();
        if (parameters.SpecifyBody is "json") parts.AddRange(RequestFields.Flatten(Object(parameters.JsonBody, "jsonBody", context, index)).Select(f => (f.Key, (string?)f.Value, (BinaryData?)null, default(ReadOnlyMemory<byte>))));
        foreach (var pair in parameters.BodyParameters.Parameters)
        {
            var name = pair.Name.Get(context, index);
            if (pair.ParameterType is "formData")
            {
                parts.Add((name, ParameterValues.ToText(pair.Value.Get(context, index)), null, default));
                continue;
            }

            var (file, content) = await FileAsync(context, index, pair.InputDataFieldName.Get(context, index));
            parts.Add((name, null, file, content));
        }

        return parts;
    }

    private static async ValueTask<(BinaryData File, ReadOnlyMemory<byte> Content)> FileAsync(NodeContext context, int index, string field)
    {
        var file = context.Items[index].Binary?.GetValueOrDefault(field) ?? throw new NodeException($"the item has no file '{field}'") { ItemIndex = index, Retryable = false };
        return (file, await context.Services.ReadAsync(file, context.Cancellation));
    }

    private static MultipartFormDataContent Multipart(List<(string Name, string? Text, BinaryData? File, ReadOnlyMemory<byte> Content)> parts)
    {
        var form = new MultipartFormDataContent();
        // Not every server takes a boundary in quotation marks or parts of text with a type.
        if (form.Headers.ContentType!.Parameters.FirstOrDefault(static p => p.Name is "boundary") is { } boundary) boundary.Value = boundary.Value!.Trim('"');
        foreach (var (name, text, file, content) in parts)
        {
            if (file is null) form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(text!)), Quote(name));
            else form.Add(Bytes(content, file.MimeType), Quote(name), Quote(file.FileName ?? name));
        }

        return form;
    }

    // A quotation mark or line end in a name would end the header field (WHATWG, multipart/form-data encoding).
    private static string Quote(string name) => $"\"{name.Replace("\"", "%22", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal)}\"";

    private static StringContent Form(JsObject fields) =>
        new(string.Join('&', RequestFields.Flatten(fields).Select(static f => $"{Uri.EscapeDataString(f.Key)}={Uri.EscapeDataString(f.Value)}")), Encoding.UTF8, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));

    /// <summary>What n8n says that it takes, by what it is going to make of the answer.</summary>
    private string Accepts() => parameters.Options.Response?.Response.ResponseFormat switch
    {
        "json" => "application/json,text/*;q=0.99",
        "text" => "application/json,text/html,application/xhtml+xml,application/xml,text/*;q=0.9, */*;q=0.1",
        _ => HttpCall.AcceptsAll,
    };

    private static ByteArrayContent Json(JsValue value)
    {
        var content = new ByteArrayContent(JsJson.WriteUtf8(value));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private static ReadOnlyMemoryContent Bytes(ReadOnlyMemory<byte> bytes, string type)
    {
        var content = new ReadOnlyMemoryContent(bytes);
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    private static JsObject Object(Parameter<JsValue> parameter, string name, NodeContext context, int index) =>
        JsonParameter.Parse(parameter.Get(context, index), name) switch
        {
            { AsObject: { } map } => map,
            { IsNullish: true } => new JsObject(),
            var other => throw new NodeException($"{name} must be an object, not {ParameterValues.Describe(other)}") { ItemIndex = index, Retryable = false },
        };

    private static ConnectionReference? ConnectionOf(HttpRequestParameters parameters, NodeSetup setup)
    {
        if (parameters.Authentication is "none") return null;
        if (parameters.Authentication is "predefinedCredentialType") return ConnectionReference.Of(setup, parameters.NodeCredentialType, "authentication");
        if (parameters.GenericAuthType is "httpDigestAuth" or "oAuth1Api")
            setup.Report("genericAuthType", $"{(parameters.GenericAuthType is "oAuth1Api" ? "OAuth 1" : "digest authentication")} is not supported");
        return ConnectionReference.Of(setup, parameters.GenericAuthType, "authentication");
    }
}

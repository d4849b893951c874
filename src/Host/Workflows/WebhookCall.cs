using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Sluice.Gateway.Pipeline;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Webhook;
using Sluice.Workflows.Runs;

namespace Sluice.Host.Workflows;

/// <summary>The request of an exchange as a workflow sees it.</summary>
internal static class WebhookCall
{
    /// <summary>The largest request body where the gateway has no smaller limit.</summary>
    private const int MaximumBody = 16 << 20;

    private const int MostParts = 1000;

    private static readonly Answer TooLarge = new() { Status = 413, Error = GatewayErrors.PayloadTooLarge, CloseConnection = true };

    /// <summary>Reads the request whole; null with what is answered when it cannot be.</summary>
    /// <param name="webhook">The node that is called; null for one that only waits.</param>
    /// <param name="path">Gives the path parameters; null for none.</param>
    public static async ValueTask<(WebhookRequest? Call, Answer? Refusal)> TakeAsync(Exchange exchange, WebhookNode? webhook, WebhookPath? path)
    {
        var most = exchange.Snapshot.Settings.MaxRequestBody is > 0 and < MaximumBody and var smaller ? (int)smaller : MaximumBody;
        if (await exchange.ReadRequestBodyAsync(most) is not { } body) return (null, TooLarge);
        return await ReadAsync(exchange, webhook, path, body) is { } call ? (call, null) : (null, WorkflowErrors.UnreadableBody.Answer);
    }

    /// <returns>Null when the body is not what its content type says.</returns>
    private static async ValueTask<WebhookRequest?> ReadAsync(Exchange exchange, WebhookNode? webhook, WebhookPath? path, byte[] body)
    {
        var (value, files) = (new JsValueBox(), new Dictionary<string, BinaryData>(StringComparer.Ordinal));
        if (body.Length > 0 && !await TryReadBodyAsync(exchange, webhook, body, value, files)) return null;
        var request = exchange.Request;
        var headers = new JsObject();
        foreach (var (name, values) in request.Headers) headers.Set(name.ToLowerInvariant(), string.Join(", ", (IEnumerable<string?>)values));
        return new WebhookRequest
        {
            Method = request.Method,
            Url = $"{exchange.ForwardedScheme}://{request.Host}{exchange.Path}{exchange.Query}",
            Headers = headers,
            Parameters = path?.Parameters(exchange.Path) ?? new JsObject(),
            Query = Fields(exchange.Query),
            Body = value.Value,
            Files = files.Count > 0 ? files : null,
        };
    }

    private static async ValueTask<bool> TryReadBodyAsync(Exchange exchange, WebhookNode? webhook, byte[] body, JsValueBox value, Dictionary<string, BinaryData> files)
    {
        var field = webhook?.FileField is { Length: > 0 } named ? named : "data";
        _ = MediaTypeHeaderValue.TryParse(exchange.Request.ContentType, out var type);
        var media = type?.MediaType.Value?.ToLowerInvariant() ?? "";
        if (webhook?.RawBody == true)
        {
            files[field] = File(body, media, null);
            return true;
        }

        try
        {
            if (media == "application/json" || media.EndsWith("+json", StringComparison.Ordinal)) value.Value = JsJson.Parse(body);
            else if (media == "application/x-www-form-urlencoded") value.Value = Fields(Encoding.UTF8.GetString(body));
            else if (media == "multipart/form-data") return await TryReadPartsAsync(type!, body, value, files, field);
            else if (media.StartsWith("text/", StringComparison.Ordinal) || media is "application/xml" || media.EndsWith("+xml", StringComparison.Ordinal))
                value.Value = EncodingOf(type!).GetString(body);
            else files[field] = File(body, media, null);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>UTF-8 where the charset is none that can be read.</summary>
    private static Encoding EncodingOf(MediaTypeHeaderValue type)
    {
        try
        {
            return type.Encoding ?? Encoding.UTF8;
        }
        catch (NotSupportedException)
        {
            // UTF-7, which the framework knows and refuses.
            return Encoding.UTF8;
        }
    }

    private static async ValueTask<bool> TryReadPartsAsync(MediaTypeHeaderValue type, byte[] body, JsValueBox value, Dictionary<string, BinaryData> files, string field)
    {
        var fields = new JsObject();
        value.Value = fields;
        if (HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= 70 } boundary) return false;
        try
        {
            var reader = new MultipartReader(boundary, new MemoryStream(body));
            for (var parts = 0; await reader.ReadNextSectionAsync() is { } part; parts++)
            {
                if (parts == MostParts || !ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var disposition)) return false;
                using var content = new MemoryStream();
                await part.Body.CopyToAsync(content);
                var name = HeaderUtilities.RemoveQuotes(disposition.Name).Value ?? "";
                if (disposition.IsFileDisposition())
                    files[name.Length > 0 ? name : $"{field}{parts}"] = File(content.ToArray(), part.ContentType ?? "", HeaderUtilities.RemoveQuotes(disposition.FileName).Value);
                else Add(fields, name, Encoding.UTF8.GetString(content.ToArray()));
            }

            return true;
        }
        catch (Exception broken) when (broken is IOException or InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>A field that comes several times has a list.</summary>
    private static void Add(JsObject fields, string name, string value)
    {
        var had = fields[name];
        if (had.IsUndefined) fields.Set(name, value);
        else if (had.AsArray is { } list) list.Add(value);
        else fields.Set(name, new JsArray([had, value]));
    }

    private static BinaryData File(byte[] content, string type, string? name) => new()
    {
        MimeType = type.Length > 0 ? type : "application/octet-stream",
        FileName = name,
        FileExtension = Path.GetExtension(name) is { Length: > 1 } extension ? extension[1..] : null,
        Size = content.Length,
        Content = content,
    };

    /// <summary>The arguments of a query or form; a name that is given several times has a list.</summary>
    private static JsObject Fields(string text)
    {
        var fields = new JsObject();
        foreach (var (name, values) in QueryHelpers.ParseQuery(text)) fields.Set(name, Value(values));
        return fields;
    }

    private static JsValue Value(StringValues values) => values.Count == 1 ? values[0] : new JsArray([.. values.Select(v => (JsValue)v)]);

    private sealed class JsValueBox
    {
        public JsValue Value { get; set; } = new JsObject();
    }
}

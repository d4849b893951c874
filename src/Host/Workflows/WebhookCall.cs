using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Pipeline;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.Webhook;
using Sluice.Workflows.Runs;

namespace Sluice.Host.Workflows;

/// <summary>The request of an exchange as a workflow sees it.</summary>
internal static class WebhookCall
{
    /// <summary>The largest request body where the gateway has no smaller limit.</summary>
    private const int MaximumBody = 16 << 20;

    private const int MostParts = 1000;

    private static readonly WebhookReading Usual = new();

    private static readonly Answer TooLarge = new() { Status = 413, Error = GatewayErrors.PayloadTooLarge, CloseConnection = true };

    /// <summary>Lets the request in and reads it whole; null with what is answered when it is not, or cannot be.</summary>
    /// <param name="webhook">The node that is called; null for one that only waits.</param>
    /// <param name="path">Gives the path parameters; null for none.</param>
    /// <param name="tenant">Whose the workflow is.</param>
    public static async ValueTask<(WebhookRequest? Call, Answer? Refusal)> TakeAsync(Exchange exchange, WebhookNode? webhook, WebhookPath? path, NodeServices services, string tenant)
    {
        var entry = default(WebhookEntry);
        if (webhook is not null)
        {
            var caller = new WebhookCaller(exchange.ClientAddress, name => exchange.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null);
            entry = await webhook.Guard.AdmitAsync(caller, services, tenant, exchange.Http.RequestAborted);
            if (entry.Refusal != 0) return (null, WorkflowErrors.NotAdmitted(entry.Refusal));
        }

        var most = exchange.Snapshot.Settings.MaxRequestBody is > 0 and < MaximumBody and var smaller ? (int)smaller : MaximumBody;
        if (await exchange.ReadRequestBodyAsync(most) is not { } body) return (null, TooLarge);
        return await ReadAsync(exchange, webhook, path, body, entry) is { } call ? (call, null) : (null, WorkflowErrors.UnreadableBody.Answer);
    }

    /// <returns>Null when the body is not what its content type says.</returns>
    private static async ValueTask<WebhookRequest?> ReadAsync(Exchange exchange, WebhookNode? webhook, WebhookPath? path, byte[] body, WebhookEntry entry)
    {
        var (value, files) = (new JsValueBox(), new Dictionary<string, BinaryData>(StringComparer.Ordinal));
        if (body.Length > 0 && !await TryReadBodyAsync(exchange, webhook?.Reading ?? Usual, body, value, files)) return null;
        var request = exchange.Request;
        var headers = new JsObject();
        foreach (var (name, values) in request.Headers) headers.Set(name.ToLowerInvariant(), string.Join(", ", (IEnumerable<string?>)values));
        if (entry.SecretHeader is { } secret) headers.Set(secret, RecordSecrets.Mask);
        return new WebhookRequest
        {
            Method = request.Method,
            Url = $"{exchange.ForwardedScheme}://{request.Host}{exchange.Path}",
            Headers = headers,
            Parameters = path?.Parameters(exchange.Path) ?? new JsObject(),
            Query = Fields(exchange.Query),
            Body = value.Value,
            Files = files.Count > 0 ? files : null,
            JwtPayload = entry.JwtPayload,
        };
    }

    private static async ValueTask<bool> TryReadBodyAsync(Exchange exchange, WebhookReading reading, byte[] body, JsValueBox value, Dictionary<string, BinaryData> files)
    {
        _ = MediaTypeHeaderValue.TryParse(exchange.Request.ContentType, out var type);
        var media = type?.MediaType.Value?.ToLowerInvariant() ?? "";
        if (!reading.OnlyFile && media == "multipart/form-data") return await TryReadPartsAsync(type!, body, value, files, reading.FileField);
        if (reading.Raw) files["data"] = File(body, media.Length > 0 ? media : "application/json", null);
        try
        {
            if (reading.OnlyFile || !TryRead(reading, media, type, body, value)) files[reading.FileField ?? "data"] = File(body, media, Named(exchange.Request.Headers.ContentDisposition));
            return true;
        }
        catch (Exception broken) when (broken is JsonException or NodeException)
        {
            return false;
        }
    }

    /// <returns>False when the media type is none of a text.</returns>
    private static bool TryRead(WebhookReading reading, string media, MediaTypeHeaderValue? type, byte[] body, JsValueBox value)
    {
        if (media == "application/json" || media.EndsWith("+json", StringComparison.Ordinal)) value.Value = JsJson.Parse(body);
        else if (media == "application/x-www-form-urlencoded") value.Value = Fields(Encoding.UTF8.GetString(body));
        else if (media.EndsWith("/xml", StringComparison.Ordinal) || media.EndsWith("+xml", StringComparison.Ordinal)) value.Value = reading.OfXml(EncodingOf(type!).GetString(body));
        else if (media.StartsWith("text/", StringComparison.Ordinal)) value.Value = EncodingOf(type!).GetString(body);
        else return reading.Raw;
        return true;
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

    private static string? Named(string? disposition) => ContentDispositionHeaderValue.TryParse(disposition, out var said) ? HeaderUtilities.RemoveQuotes(said.FileName).Value : null;

    private static async ValueTask<bool> TryReadPartsAsync(MediaTypeHeaderValue type, byte[] body, JsValueBox value, Dictionary<string, BinaryData> files, string? field)
    {
        var fields = new JsObject();
        value.Value = fields;
        if (HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= 70 } boundary) return false;
        var sent = new List<(string Name, BinaryData File)>();
        try
        {
            var reader = new MultipartReader(boundary, new MemoryStream(body));
            for (var parts = 0; await reader.ReadNextSectionAsync() is { } part; parts++)
            {
                if (parts == MostParts || !ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var disposition)) return false;
                using var content = new MemoryStream();
                await part.Body.CopyToAsync(content);
                var name = HeaderUtilities.RemoveQuotes(disposition.Name).Value ?? "";
                if (disposition.IsFileDisposition()) sent.Add((name, File(content.ToArray(), part.ContentType ?? "", HeaderUtilities.RemoveQuotes(disposition.FileName).Value)));
                else Add(fields, name, Encoding.UTF8.GetString(content.ToArray()));
            }
        }
        catch (Exception broken) when (broken is IOException or InvalidDataException)
        {
            return false;
        }

        Name(sent, files, field);
        return true;
    }

    /// <summary>Files have the names of their parts, several of one name with a number behind it, or all of them one name with a number.</summary>
    private static void Name(List<(string Name, BinaryData File)> sent, Dictionary<string, BinaryData> files, string? field)
    {
        var count = 0;
        foreach (var part in sent.GroupBy(f => f.Name, StringComparer.Ordinal))
        {
            var name = part.Key.EndsWith("[]", StringComparison.Ordinal) ? part.Key[..^2] : part.Key;
            var (number, several) = (0, part.Skip(1).Any());
            foreach (var (_, file) in part)
                files[field is not null ? Numbered(field, count++) : several ? Numbered(name, number++) : name.Length > 0 ? name : "data"] = file;
        }
    }

    private static string Numbered(string name, int number) => string.Create(CultureInfo.InvariantCulture, $"{name}{number}");

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

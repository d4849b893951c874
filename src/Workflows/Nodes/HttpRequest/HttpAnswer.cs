using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Sluice.Foundation.Http;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.HttpRequest;

/// <summary>An answer, read to its end.</summary>
internal sealed class HttpAnswer
{
    private JsValue _json;
    private bool? _isValidJson;

    private readonly string? _contentType;
    private readonly Uri? _url;
    private readonly Func<IEnumerable<KeyValuePair<string, string>>> _fields;
    private JsObject? _headers;

    private HttpAnswer(int status, Func<IEnumerable<KeyValuePair<string, string>>> fields, string? contentType, Uri? url)
    {
        Status = status;
        _fields = fields;
        _contentType = contentType;
        _url = url;
        MediaType = contentType?.Split(';', 2)[0].Trim().ToLowerInvariant() is { Length: > 0 } type ? type : null;
    }

    public int Status { get; }

    public required string Reason { get; init; }

    public required byte[] Body { get; init; }

    /// <summary>The address that a redirect names; null where it is none.</summary>
    public Uri? RedirectsTo { get; init; }

    public string? MediaType { get; }

    /// <summary>By names in lower case; made when somebody asks.</summary>
    public JsObject Headers => _headers ??= MakeHeaders();

    public string? FileName => (Headers["content-disposition"].AsString is { } text && ContentDispositionHeaderValue.TryParse(text, out var named) ? (named.FileNameStar ?? named.FileName)?.Trim('"') : null) is { Length: > 0 } name
        ? Path.GetFileName(name) : Path.GetFileName(_url?.AbsolutePath) is { Length: > 0 } last ? last : null;

    public bool IsJson => MediaType is { } type && (type is "application/json" or "text/json" || type.EndsWith("+json", StringComparison.Ordinal));

    /// <summary>Whether it is what people would save, not read.</summary>
    public bool IsFile => MediaType is { } type && (type.StartsWith("image/", StringComparison.Ordinal) && type is not "image/svg+xml" || type.StartsWith("audio/", StringComparison.Ordinal) || type.StartsWith("video/", StringComparison.Ordinal)
        || type is "application/octet-stream" or "application/gzip" or "application/zip" or "application/pdf" or "application/vnd.rar" or "application/epub+zip" or "application/x-bzip" or "application/x-bzip2" or "application/x-freearc"
            or "application/x-tar" or "application/x-7z-compressed" or "application/msword" or "application/vnd.ms-excel" or "application/vnd.ms-powerpoint"
        || type.StartsWith("application/vnd.openxmlformats-", StringComparison.Ordinal) || type.StartsWith("font/", StringComparison.Ordinal));

    public string Text => Encoding().GetString(Body).TrimStart('\uFEFF');

    /// <summary>Whether the same request may fare better later.</summary>
    public bool IsRetryable => Status is 408 or 425 or 429 or >= 500;

    /// <summary>How long it asks to be left alone (RFC 9110, 10.2.3): seconds or a date; null when it does not say.</summary>
    public TimeSpan? RetryAfter(TimeProvider time)
    {
        if (Status is not (429 or 503) || Headers["retry-after"].AsString is not { } text) return null;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)) return TimeSpan.FromSeconds(Math.Min(seconds, 86_400));
        return DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) && date - time.GetUtcNow() is { Ticks: > 0 } wait ? wait : null;
    }

    /// <summary>Whether there is nothing in it: no body, or an empty list or object.</summary>
    public bool IsEmpty => Body.Length == 0 || (TryJson(out var json) && (json.AsArray is { Count: 0 } || json.AsObject is { Count: 0 } || json.IsNull));

    /// <summary>Whether its body is white space or nothing.</summary>
    public bool IsBlank => Body.AsSpan().IndexOfAnyExcept(" \t\r\n"u8) < 0;

    public bool TryJson(out JsValue json)
    {
        if (_isValidJson is null)
        {
            try
            {
                _json = Body.AsSpan().StartsWith("\uFEFF"u8) || Encoding() is not UTF8Encoding ? JsJson.Parse(Text) : JsJson.Parse(Body);
                _isValidJson = true;
            }
            catch (JsonException)
            {
                _isValidJson = false;
            }
        }

        json = _json;
        return _isValidJson.Value;
    }

    /// <summary>Body, header fields and status, as expressions and full answers have them.</summary>
    public JsValue AsData() => With("body", IsBlank && IsJson ? new JsObject() : TryJson(out var json) ? json : Text);

    /// <summary>A field for the body, header fields and status; no field for it where <paramref name="body"/> is undefined.</summary>
    public JsObject With(string field, JsValue body)
    {
        var data = new JsObject(4);
        if (!body.IsUndefined) data.Set(field, body);
        data.Set("headers", Headers);
        data.Set("statusCode", Status);
        data.Set("statusMessage", Reason);
        return data;
    }

    /// <summary>An answer that was read whole, unpacked.</summary>
    /// <exception cref="NodeException">It is longer than <paramref name="limit"/> bytes when it is unpacked.</exception>
    /// <exception cref="IOException">It is not packed as it says.</exception>
    public static HttpAnswer Of(PlainHttpAnswer answer, Uri url, int limit)
    {
        var packed = answer.Body.Length > 0 && answer.Find("Content-Encoding"u8) is { } coding ? ContentCoding.Of(coding) : null;
        return new HttpAnswer(answer.Status, packed is null ? answer.Fields : () => answer.Fields().Where(f => !IsOfPacked(f.Key)), answer.Find("Content-Type"u8), url)
        {
            Reason = answer.Reason,
            Body = packed is null ? answer.Body : packed.Unpack(answer.Body, limit) ?? throw TooLong(limit),
            RedirectsTo = IsRedirect(answer.Status) && Uri.TryCreate(answer.Find("Location"u8), UriKind.RelativeOrAbsolute, out var location) ? location : null,
        };
    }

    /// <summary>Reads an answer that the framework's client unpacks.</summary>
    /// <exception cref="NodeException">It is longer than <paramref name="limit"/> bytes.</exception>
    /// <exception cref="IOException">It breaks off, or is not packed as it says.</exception>
    public static async Task<HttpAnswer> ReadAsync(HttpResponseMessage response, int limit, CancellationToken cancel)
    {
        var fields = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated).SelectMany(f => f.Value.Select(v => KeyValuePair.Create(f.Key, v))).ToList();
        var type = response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var types) ? types.ToString() : null;
        return new HttpAnswer((int)response.StatusCode, () => fields, type, response.RequestMessage?.RequestUri)
        {
            Reason = response.ReasonPhrase ?? "",
            Body = await BodyAsync(response, limit, cancel),
            RedirectsTo = IsRedirect((int)response.StatusCode) ? response.Headers.Location : null,
        };
    }

    private static bool IsRedirect(int status) => status is 301 or 302 or 303 or 307 or 308;

    private static bool IsOfPacked(string name) => name.Equals("content-encoding", StringComparison.OrdinalIgnoreCase) || name.Equals("content-length", StringComparison.OrdinalIgnoreCase);

    private JsObject MakeHeaders()
    {
        var headers = new JsObject();
        foreach (var (name, value) in _fields())
        {
            var key = name.ToLowerInvariant();
            if (key is "set-cookie") headers.Set(key, new JsArray([.. headers[key].AsArray ?? [], value]));
            else headers.Set(key, headers[key].AsString is { } before ? $"{before}, {value}" : value);
        }

        return headers;
    }

    private static async Task<byte[]> BodyAsync(HttpResponseMessage response, int limit, CancellationToken cancel)
    {
        if (response.Content.Headers.ContentLength > limit) throw TooLong(limit);
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        using var body = new MemoryStream((int)Math.Clamp(response.Content.Headers.ContentLength ?? 0, 0, limit));
        var buffer = new byte[16 * 1024];
        try
        {
            while (await stream.ReadAsync(buffer, cancel) is var read and > 0)
            {
                if (body.Length + read > limit) throw TooLong(limit);
                body.Write(buffer, 0, read);
            }
        }
        catch (Exception e) when (ContentCoding.IsBroken(e))
        {
            throw ContentCoding.NotPacked(e);
        }

        return body.ToArray();
    }

    private static NodeException TooLong(int limit) => new($"the answer is longer than {limit} bytes") { Retryable = false };

    private Encoding Encoding()
    {
        var charset = _contentType is not null && MediaTypeHeaderValue.TryParse(_contentType, out var type) ? type.CharSet?.Trim('"') : null;
        if (charset is null or "utf-8" or "UTF-8") return System.Text.Encoding.UTF8;
        try
        {
            return System.Text.Encoding.GetEncoding(charset);
        }
        catch (ArgumentException)
        {
            return System.Text.Encoding.UTF8;
        }
    }
}

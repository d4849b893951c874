using System.Globalization;
using System.Text;
using System.Text.Json;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.HttpRequest;

/// <summary>An answer, read to its end.</summary>
internal sealed class HttpAnswer
{
    private JsValue _json;
    private bool? _isValidJson;

    public required int Status { get; init; }

    public required string Reason { get; init; }

    public required JsObject Headers { get; init; }

    public required byte[] Body { get; init; }

    public string? MediaType { get; init; }

    public string? Charset { get; init; }

    public string? FileName { get; init; }

    public bool IsJson => MediaType is { } type && (type is "application/json" or "text/json" || type.EndsWith("+json", StringComparison.Ordinal));

    /// <summary>Whether it is what people would save, not read.</summary>
    public bool IsFile => MediaType is { } type && (type.StartsWith("image/", StringComparison.Ordinal) && type is not "image/svg+xml" || type.StartsWith("audio/", StringComparison.Ordinal) || type.StartsWith("video/", StringComparison.Ordinal)
        || type is "application/octet-stream" or "application/gzip" or "application/zip" or "application/pdf" or "application/vnd.rar" or "application/epub+zip" or "application/x-bzip" or "application/x-bzip2" or "application/x-freearc"
            or "application/x-tar" or "application/x-7z-compressed" or "application/msword" or "application/vnd.ms-excel" or "application/vnd.ms-powerpoint"
        || type.StartsWith("application/vnd.openxmlformats-", StringComparison.Ordinal) || type.StartsWith("font/", StringComparison.Ordinal));

    public string Text => Encoding().GetString(Body);

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
                _json = JsJson.Parse(Body);
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
    public JsValue AsData(bool withBody = true)
    {
        var data = new JsObject(4);
        if (withBody) data.Set("body", IsBlank && IsJson ? new JsObject() : TryJson(out var json) ? json : Text);
        data.Set("headers", Headers);
        data.Set("statusCode", Status);
        data.Set("statusMessage", Reason);
        return data;
    }

    public static async Task<HttpAnswer> ReadAsync(HttpResponseMessage response, int limit, CancellationToken cancel)
    {
        var headers = new JsObject();
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
            headers.Set(name.ToLowerInvariant(), name.Equals("set-cookie", StringComparison.OrdinalIgnoreCase) ? new JsArray([.. values.Select(v => (JsValue)v)]) : (JsValue)string.Join(", ", values));
        var type = response.Content.Headers.ContentType;
        return new HttpAnswer
        {
            Status = (int)response.StatusCode,
            Reason = response.ReasonPhrase ?? "",
            Headers = headers,
            Body = await BodyAsync(response, limit, cancel),
            MediaType = type?.MediaType?.ToLowerInvariant(),
            Charset = type?.CharSet?.Trim('"'),
            FileName = (response.Content.Headers.ContentDisposition?.FileNameStar ?? response.Content.Headers.ContentDisposition?.FileName)?.Trim('"') is { Length: > 0 } named
                ? Path.GetFileName(named) : Path.GetFileName(response.RequestMessage?.RequestUri?.AbsolutePath) is { Length: > 0 } last ? last : null,
        };
    }

    private static async Task<byte[]> BodyAsync(HttpResponseMessage response, int limit, CancellationToken cancel)
    {
        if (response.Content.Headers.ContentLength > limit) throw TooLong(limit);
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        using var body = new MemoryStream((int)Math.Clamp(response.Content.Headers.ContentLength ?? 0, 0, limit));
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, cancel) is var read and > 0)
        {
            if (body.Length + read > limit) throw TooLong(limit);
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    private static NodeException TooLong(int limit) => new($"the answer is longer than {limit} bytes") { Retryable = false };

    private Encoding Encoding()
    {
        if (Charset is null or "utf-8" or "UTF-8") return System.Text.Encoding.UTF8;
        try
        {
            return System.Text.Encoding.GetEncoding(Charset);
        }
        catch (ArgumentException)
        {
            return System.Text.Encoding.UTF8;
        }
    }
}

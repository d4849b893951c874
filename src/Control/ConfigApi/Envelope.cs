using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Sluice.Control.ConfigApi;

/// <summary>Why a request under <c>/api</c> was refused.</summary>
/// <param name="Code">For programs, in capitals: <c>VALIDATION_FAILED</c>. Part of the interface.</param>
/// <param name="Message">For people. Never a secret.</param>
/// <param name="Field">The field it is about, dotted; null for none.</param>
/// <param name="Details">More for programs, for example all problems at once.</param>
public sealed record ApiError(string Code, string Message, string? Field = null, object? Details = null);

/// <summary>Which part of a list an answer holds.</summary>
/// <param name="Total">Elements of the whole list.</param>
/// <param name="Number">1 for the first page.</param>
/// <param name="Size">Elements of a full page.</param>
public sealed record Page(long Total, int Number, int Size);

/// <summary>The form of every answer under <c>/api/v1</c>: <c>{"success": ..., "data" or "error": ..., "meta": ...}</c>.</summary>
public static class Envelope
{
    public const string Version = "v1";

    /// <summary>How answers are written: snake_case, nothing that is null, times as <c>2026-11-20T10:30:00.000Z</c>.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower), new UtcTime() },
    };

    /// <summary>Answers with <paramref name="data"/>.</summary>
    public static Task AnswerAsync(HttpContext http, object? data, int status = StatusCodes.Status200OK, Page? page = null) =>
        WriteAsync(http, status, new Body { Success = true, Data = data, Meta = MetaOf(http, page) });

    /// <summary>Answers with <paramref name="error"/>.</summary>
    public static Task RefuseAsync(HttpContext http, int status, ApiError error) =>
        WriteAsync(http, status, new Body { Success = false, Error = error, Meta = MetaOf(http, null) });

    private static async Task WriteAsync(HttpContext http, int status, Body body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=utf-8";
        if (HttpMethods.IsHead(http.Request.Method)) return;
        await JsonSerializer.SerializeAsync(http.Response.Body, body, Json, http.RequestAborted);
    }

    private static Meta MetaOf(HttpContext http, Page? page)
    {
        var time = http.RequestServices.GetService<TimeProvider>() ?? TimeProvider.System;
        return new Meta(time.GetUtcNow(), http.TraceIdentifier, Version, page?.Total, page?.Number, page?.Size);
    }

    private sealed record Body
    {
        public required bool Success { get; init; }

        public object? Data { get; init; }

        public ApiError? Error { get; init; }

        public required Meta Meta { get; init; }
    }

    private sealed record Meta(DateTimeOffset Timestamp, string RequestId, string Version, long? Total, int? Page, int? PerPage);

    private sealed class UtcTime : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
    }
}

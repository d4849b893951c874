using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;

namespace Sluice.Control.ConfigApi.Objects;

/// <summary>The body of a request as a JSON object whose fields are looked at later.</summary>
internal static class ObjectBody
{
    /// <summary>Most bytes of it: a service may have thousands of endpoints.</summary>
    public const int Most = 1024 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };
    private static readonly ReadLimits Limits = new() { Bytes = Most, Depth = 32 };

    /// <summary>The object, or null when the body is none; the refusal has been answered then.</summary>
    public static async Task<JsonObject?> ReadAsync(HttpContext http)
    {
        var (content, refusal) = await RequestBody.ReadBytesAsync(http, Most);
        if (content is null)
        {
            await Envelope.RefuseAsync(http, refusal!.Value.Status, refusal.Value.Error);
            return null;
        }

        var (root, unreadable) = DocumentParser.Parse("body", content, DocumentFormat.Json, Limits);
        if (unreadable is null && root is not MapNode)
            unreadable = new Problem(root!.Place, "body", "", $"expected an object, not {root.Describe()}");
        try
        {
            if (unreadable is null)
                return JsonNode.Parse(content.AsSpan().StartsWith("\uFEFF"u8) ? content.AsSpan(3) : content, documentOptions: Strict)!.AsObject();
        }
        catch (JsonException)
        {
            unreadable = new Problem(root!.Place, "body", "", "names a field twice");
        }
        await RequestBody.RefuseAsync(http, [unreadable]);
        return null;
    }
}

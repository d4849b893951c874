using System.Text.Json;

namespace Sluice.Gateway.Plugins.GraphQl.Requests;

/// <summary>One request as GraphQL over HTTP has it.</summary>
internal sealed class GraphQlRequest
{
    /// <summary>The text; null when only its hash was sent, and until the persisted document is found.</summary>
    public string? Query { get; set; }

    public string? OperationName { get; init; }

    /// <summary>A JSON object or null; empty when there are none.</summary>
    public ReadOnlyMemory<byte> Variables { get; init; }

    /// <summary>A JSON object or null; empty when there are none.</summary>
    public ReadOnlyMemory<byte> Extensions { get; init; }

    /// <summary>The SHA-256 of a persisted document, 64 hexadecimal digits in lower case, or the name under which it is registered.</summary>
    public string? Persisted { get; init; }

    /// <summary><see cref="Persisted"/> came as Apollo's <c>extensions.persistedQuery.sha256Hash</c>.</summary>
    public bool IsHash { get; init; }

    /// <summary>The request with its text, and without what referred to it.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("query", Query);
        if (OperationName is not null) json.WriteString("operationName", OperationName);
        if (!Variables.IsEmpty)
        {
            json.WritePropertyName("variables");
            json.WriteRawValue(Variables.Span);
        }

        if (HasOtherExtensions())
        {
            json.WritePropertyName("extensions");
            WriteOtherExtensions(json);
        }

        json.WriteEndObject();
    }

    /// <summary>Whether there are extensions but the persisted query.</summary>
    public bool HasOtherExtensions()
    {
        if (Extensions.IsEmpty) return false;
        using var all = JsonDocument.Parse(Extensions);
        return all.RootElement.ValueKind == JsonValueKind.Object && all.RootElement.EnumerateObject().Any(static e => !e.NameEquals("persistedQuery"));
    }

    public void WriteOtherExtensions(Utf8JsonWriter json)
    {
        using var all = JsonDocument.Parse(Extensions);
        json.WriteStartObject();
        foreach (var extension in all.RootElement.EnumerateObject())
            if (!extension.NameEquals("persistedQuery")) extension.WriteTo(json);
        json.WriteEndObject();
    }
}

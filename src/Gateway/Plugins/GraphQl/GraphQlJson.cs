using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Sluice.Gateway.Plugins.GraphQl;

/// <summary>How JSON of GraphQL requests is read and written.</summary>
internal static class GraphQlJson
{
    /// <summary>The media type of answers that GraphQL over HTTP has brought.</summary>
    public const string ResponseType = "application/graphql-response+json";

    public static readonly JsonReaderOptions Reader = new() { MaxDepth = 64 };

    public static readonly JsonWriterOptions Writer = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether JSON is UTF-8 without half a surrogate pair, which readers stumble over only when they ask for the string.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static bool IsUnicode(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json)) return false;
        if (json.IndexOf("\\ud"u8) < 0 && json.IndexOf("\\uD"u8) < 0) return true;
        try
        {
            var reader = new Utf8JsonReader(json, Reader);
            while (reader.Read())
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped) reader.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}

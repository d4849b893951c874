using System.Text.Json;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Routing;

namespace Sluice.Gateway.Plugins.Requests;

/// <summary>Parts of a request as JSON, in the form that Kong gives them.</summary>
internal static class RequestJson
{
    /// <summary>One value as text, several as a list.</summary>
    public static void WriteValues(Utf8JsonWriter json, string name, StringValues values)
    {
        if (values.Count == 1)
        {
            json.WriteString(name, values[0]);
            return;
        }

        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    /// <summary><c>uri_captures</c>: what the route's expression caught of the path.</summary>
    public static void WriteCaptures(Utf8JsonWriter json, RouteCaptures? captures)
    {
        json.WriteStartObject("uri_captures");
        json.WriteStartObject("named");
        foreach (var (name, value) in captures?.Named ?? new Dictionary<string, string>(StringComparer.Ordinal)) json.WriteString(name, value);
        json.WriteEndObject();
        json.WriteStartArray("unnamed");
        foreach (var value in captures?.Unnamed ?? []) json.WriteStringValue(value);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}

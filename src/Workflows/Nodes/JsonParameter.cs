using System.Text.Json;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes;

/// <summary>Parameters that hold JSON: as text, which is parsed, or as the value itself.</summary>
internal static class JsonParameter
{
    /// <exception cref="NodeException">The text is not JSON.</exception>
    public static JsValue Parse(JsValue value, string name)
    {
        if (value.AsString is not { } text) return value;
        try
        {
            return text.Length == 0 ? default : JsJson.Parse(text);
        }
        catch (JsonException e)
        {
            throw new NodeException($"{name} is not valid JSON: {e.Message}", e) { Retryable = false };
        }
    }
}

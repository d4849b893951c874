using System.Text.Json;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions;

namespace Sluice.Workflows.Nodes;

/// <summary>Parameters that hold JSON: as text, which is parsed, or as the value itself.</summary>
internal static class JsonParameter
{
    /// <summary>Longer text that is not JSON is not looked at again.</summary>
    private const int MostLooseText = 100_000;

    /// <summary>JSON, or what people write for it: an object or list in JavaScript's notation, with bare names, single quotes and commas at the end.</summary>
    public static bool TryParse(string text, out JsValue value)
    {
        try
        {
            value = JsJson.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            value = default;
            if (text.Length > MostLooseText || text.AsSpan().TrimStart() is not ['{' or '[', ..]) return false;
        }

        if (ExpressionCompiler.CompileCode($"({text})").Expression is not { } expression) return false;
        try
        {
            value = expression.Evaluate(new Scope { Strict = true });
            return value.AsObject is not null || value.AsArray is not null;
        }
        catch (ExpressionError)
        {
            return false;
        }
    }

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

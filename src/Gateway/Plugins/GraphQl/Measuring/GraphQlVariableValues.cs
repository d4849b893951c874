using System.Globalization;
using System.Text.Json;
using Sluice.Gateway.Plugins.GraphQl.Language;

namespace Sluice.Gateway.Plugins.GraphQl.Measuring;

/// <summary>The values of a request's variables, as far as they say how long lists will be. They are read when the first is asked for.</summary>
internal sealed class GraphQlVariableValues(GraphQlOperation operation, ReadOnlyMemory<byte> json)
{
    private Dictionary<string, JsonElement>? given;

    /// <summary>The number that a value, or the member of it that <paramref name="path"/> names, comes to; null when it is none.</summary>
    public double? Number(GraphQlValue value, ReadOnlySpan<string> path)
    {
        while (value is GraphQlObject members && path.Length > 0)
        {
            var name = path[0];
            if (Array.Find(members.Fields, f => f.Name == name) is not { } member) return null;
            value = member.Value;
            path = path[1..];
        }

        return value switch
        {
            GraphQlVariableValue variable => OfVariable(variable.Name, path),
            GraphQlScalar { Kind: GraphQlScalarKind.Int or GraphQlScalarKind.Float or GraphQlScalarKind.String } scalar when path.Length == 0 => Parse(scalar.Text),
            _ => null,
        };
    }

    private double? OfVariable(string name, ReadOnlySpan<string> path)
    {
        if (!(given ??= Read()).TryGetValue(name, out var element))
            return Array.Find(operation.Variables, v => v.Name == name)?.Default is { } value ? Number(value, path) : null;
        foreach (var member in path)
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(member, out element)) return null;
        return element.ValueKind switch
        {
            JsonValueKind.Number => element.TryGetDouble(out var number) ? number : null,
            JsonValueKind.String => Parse(element.GetRawText().Trim('"')),
            _ => null,
        };
    }

    private Dictionary<string, JsonElement> Read()
    {
        var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (json.IsEmpty) return values;
        var reader = new Utf8JsonReader(json.Span, GraphQlJson.Reader);
        using var document = JsonDocument.ParseValue(ref reader);
        if (document.RootElement.ValueKind != JsonValueKind.Object) return values;
        foreach (var member in document.RootElement.EnumerateObject()) values[member.Name] = member.Value.Clone();
        return values;
    }

    // Numbers in strings too, for servers that take them.
    private static double? Parse(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}

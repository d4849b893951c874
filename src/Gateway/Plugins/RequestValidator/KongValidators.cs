using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sluice.Gateway.Plugins.Templates;

namespace Sluice.Gateway.Plugins.RequestValidator;

/// <summary>The validators of a field of Kong's schema, in Kong's order.</summary>
internal static class KongValidators
{
    public static IEnumerable<Func<JsonElement, string?>> Read(JsonObject definition, KongType type, string at)
    {
        if (definition["eq"] is { } eq) yield return value => Same(value, eq) ? null : $"value must be {Show(eq)}";
        if (definition["ne"] is { } ne) yield return value => Same(value, ne) ? $"value must not be {Show(ne)}" : null;
        if (definition["one_of"] is { } oneOf)
        {
            var options = List(oneOf, $"{at}/one_of");
            yield return value => options.Exists(o => Same(value, o)) ? null : $"expected one of: {string.Join(", ", options.Select(Show))}";
        }

        if (definition["not_one_of"] is { } notOneOf)
        {
            var options = List(notOneOf, $"{at}/not_one_of");
            yield return value => options.Exists(o => Same(value, o)) ? $"must not be one of: {string.Join(", ", options.Select(Show))}" : null;
        }

        if (type is KongType.Number or KongType.Integer)
            foreach (var check in Numbers(definition, at)) yield return check;
        if (type is KongType.String or KongType.Array or KongType.Set or KongType.Map)
            foreach (var check in Lengths(definition, type, at)) yield return check;
        if (type == KongType.String)
            foreach (var check in Texts(definition, at)) yield return check;
        if (type is KongType.Array or KongType.Set && definition["contains"] is { } wanted)
            yield return value => value.EnumerateArray().Any(item => Same(item, wanted)) ? null : $"expected to contain: {Show(wanted)}";
    }

    private static IEnumerable<Func<JsonElement, string?>> Numbers(JsonObject definition, string at)
    {
        if (definition["gt"] is { } gt)
        {
            var bound = Number(gt, $"{at}/gt");
            yield return value => value.GetDouble() > bound ? null : $"value must be greater than {Show(gt)}";
        }

        if (On(definition, "timestamp")) yield return value => value.GetDouble() > 0 ? null : "expected a valid timestamp";
        if (definition["between"] is { } between)
        {
            var limits = List(between, $"{at}/between");
            if (limits.Count != 2) throw new FormatException($"{at}/between must be a list of two numbers");
            var (min, max) = (Number(limits[0], $"{at}/between/0"), Number(limits[1], $"{at}/between/1"));
            yield return value => value.GetDouble() is var number && number >= min && number <= max ? null : $"value should be between {Show(limits[0])} and {Show(limits[1])}";
        }
    }

    private static IEnumerable<Func<JsonElement, string?>> Lengths(JsonObject definition, KongType type, string at)
    {
        // Kong takes an empty string only where that is said.
        if (type == KongType.String && definition["len_min"] is null && definition["len_eq"] is null)
            yield return value => value.GetString()!.Length > 0 ? null : "length must be at least 1";
        foreach (var (name, says, holds) in new (string, string, Func<long, double, bool>)[]
            { ("len_eq", "length must be", (l, n) => l == n), ("len_min", "length must be at least", (l, n) => l >= n), ("len_max", "length must be at most", (l, n) => l <= n) })
        {
            if (definition[name] is not { } node) continue;
            var bound = Number(node, $"{at}/{name}");
            yield return value => holds(LengthOf(value), bound) ? null : $"{says} {bound.ToString(CultureInfo.InvariantCulture)}";
        }
    }

    // Bytes, as Lua counts.
    private static long LengthOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Encoding.UTF8.GetByteCount(value.GetString()!),
        JsonValueKind.Array => value.GetArrayLength(),
        _ => value.GetPropertyCount(),
    };

    private static IEnumerable<Func<JsonElement, string?>> Texts(JsonObject definition, string at)
    {
        if (On(definition, "uuid")) yield return value => Guid.TryParseExact(value.GetString(), "D", out _) && value.GetString()!.Length == 36 ? null : "expected a valid UUID";
        if (definition["starts_with"] is { } start)
        {
            var prefix = Text(start, $"{at}/starts_with");
            yield return value => value.GetString()!.StartsWith(prefix, StringComparison.Ordinal) ? null : $"should start with: {prefix}";
        }

        foreach (var (name, wanted) in new[] { ("not_match", false), ("match", true) })
        {
            if (definition[name] is not { } node) continue;
            var pattern = Pattern(node, $"{at}/{name}");
            yield return value => pattern.IsMatch(value.GetString()!) == wanted ? null : $"invalid value: {value.GetString()}";
        }

        foreach (var (name, wanted) in new[] { ("match_none", false), ("match_all", true) })
        {
            if (definition[name] is not { } list) continue;
            foreach (var item in List(list, $"{at}/{name}"))
            {
                var pattern = Pattern(item is JsonObject map ? map["pattern"] : item, $"{at}/{name}");
                var says = (item as JsonObject)?["err"]?.ToString();
                yield return value => pattern.IsMatch(value.GetString()!) == wanted ? null : says ?? $"invalid value: {value.GetString()}";
            }
        }

        if (definition["match_any"] is not { } any) yield break;
        var patterns = List(any is JsonObject several ? several["patterns"] : any, $"{at}/match_any").ConvertAll(p => Pattern(p, $"{at}/match_any"));
        var error = (any as JsonObject)?["err"]?.ToString();
        yield return value => patterns.Exists(p => p.IsMatch(value.GetString()!)) ? null : error ?? $"invalid value: {value.GetString()}";
    }

    private static bool On(JsonObject definition, string name) => definition[name] is JsonValue value && value.TryGetValue<bool>(out var on) && on;

    private static bool Same(JsonElement value, JsonNode? other) =>
        value.ValueKind == JsonValueKind.Number && other is JsonValue number && number.TryGetValue<double>(out var wanted)
            ? value.GetDouble() == wanted
            : JsonElement.DeepEquals(value, JsonSerializer.SerializeToElement(other));

    private static string Show(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : node?.ToJsonString() ?? "null";

    private static List<JsonNode?> List(JsonNode? node, string at) => node is JsonArray list ? [.. list] : throw new FormatException($"{at} must be a list");

    private static double Number(JsonNode? node, string at) =>
        node is JsonValue value && value.TryGetValue<double>(out var number) ? number : throw new FormatException($"{at} must be a number");

    private static string Text(JsonNode? node, string at) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw new FormatException($"{at} must be a string");

    private static Regex Pattern(JsonNode? node, string at)
    {
        var (regex, error) = LuaPattern.Compile(Text(node, at));
        return regex ?? throw new FormatException($"{at}: {error}");
    }
}

using System.Text.Json;

namespace Sluice.Foundation.JsonSchemas.Keywords;

[Flags]
internal enum JsonTypes { None = 0, Null = 1, Boolean = 2, Integer = 4, Number = 8, String = 16, Array = 32, Object = 64 }

/// <summary><c>type</c>, and OpenAPI 3.0's <c>nullable</c>.</summary>
internal sealed class TypeKeyword(JsonTypes types, bool wholeFloats) : Keyword
{
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into)
    {
        var type = instance.ValueKind switch
        {
            JsonValueKind.Null => JsonTypes.Null,
            JsonValueKind.True or JsonValueKind.False => JsonTypes.Boolean,
            JsonValueKind.String => JsonTypes.String,
            JsonValueKind.Array => JsonTypes.Array,
            JsonValueKind.Object => JsonTypes.Object,
            _ => JsonTypes.Number,
        };
        if ((types & type) != JsonTypes.None) return true;
        if (type == JsonTypes.Number && (types & JsonTypes.Integer) != JsonTypes.None && IsInteger(instance)) return true;
        return run.Fail(Path, $"must be {string.Join(" or ", Names())}, not {NameOf(type)}");
    }

    private bool IsInteger(JsonElement number)
    {
        if (number.TryGetInt64(out _)) return true;
        return wholeFloats
            ? JsonNumber.Of(number).IsInteger
            : !System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(number).ContainsAny((byte)'.', (byte)'e', (byte)'E');
    }

    private IEnumerable<string> Names() => Enum.GetValues<JsonTypes>().Where(t => t != JsonTypes.None && (types & t) != JsonTypes.None).Select(NameOf);

    private static string NameOf(JsonTypes type) => type.ToString().ToLowerInvariant();
}

/// <summary><c>enum</c> and <c>const</c>.</summary>
internal sealed class EnumKeyword(IReadOnlyList<JsonElement> allowed) : Keyword
{
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into)
    {
        foreach (var value in allowed)
            if (Equality.Same(instance, value)) return true;
        return run.Fail(Path, allowed.Count == 1 ? $"must be {Show(allowed[0])}" : $"must be one of {string.Join(", ", allowed.Take(20).Select(Show))}");
    }

    private static string Show(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= 60 ? text : text[..60] + "...";
    }
}

/// <summary>When values are the same to JSON Schema: numbers by what they are worth, members in any order.</summary>
internal static class Equality
{
    public static bool Same(JsonElement a, JsonElement b)
    {
        if (a.ValueKind != b.ValueKind) return false;
        switch (a.ValueKind)
        {
            case JsonValueKind.Number:
                return JsonNumber.Of(a).CompareTo(JsonNumber.Of(b)) == 0;
            case JsonValueKind.String:
                return a.ValueEquals(b.GetString());
            case JsonValueKind.Array:
                if (a.GetArrayLength() != b.GetArrayLength()) return false;
                using (var other = b.EnumerateArray())
                {
                    foreach (var item in a.EnumerateArray())
                        if (!other.MoveNext() || !Same(item, other.Current)) return false;
                }

                return true;
            case JsonValueKind.Object:
                var members = Members(b);
                var count = 0;
                foreach (var (name, value) in Members(a))
                {
                    if (!members.TryGetValue(name, out var counterpart) || !Same(value, counterpart)) return false;
                    count++;
                }

                return count == members.Count;
            default:
                return true;
        }
    }

    /// <summary>The same for values that are the same.</summary>
    public static int Hash(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                return value.TryGetDouble(out var number) ? number.GetHashCode() : 1;
            case JsonValueKind.String:
                return value.GetString()!.GetHashCode(StringComparison.Ordinal);
            case JsonValueKind.Array:
                var hash = new HashCode();
                foreach (var item in value.EnumerateArray()) hash.Add(Hash(item));
                return hash.ToHashCode();
            case JsonValueKind.Object:
                var sum = 0;
                foreach (var (name, member) in Members(value)) sum ^= HashCode.Combine(name, Hash(member));
                return sum;
            default:
                return (int)value.ValueKind;
        }
    }

    // Of a name given twice the last counts.
    private static Dictionary<string, JsonElement> Members(JsonElement map)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in map.EnumerateObject()) members[member.Name] = member.Value;
        return members;
    }
}

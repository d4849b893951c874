using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sluice.Gateway.Plugins.JsonThreatProtection;

/// <summary>
/// Holds JSON against limits while it is read token by token: nothing of it is kept but where it stands. Lengths are counted in characters,
/// escapes as what they stand for.
/// </summary>
internal sealed class JsonLimits(JsonThreatProtectionConfig config)
{
    private readonly int maxDepth = Limit(config.MaxContainerDepth);
    private readonly int maxEntries = Limit(config.MaxObjectEntryCount);
    private readonly int maxName = Limit(config.MaxObjectEntryNameLength);
    private readonly int maxElements = Limit(config.MaxArrayElementCount);
    private readonly int maxString = Limit(config.MaxStringValueLength);

    /// <summary>The first thing that is wrong, with its place; null when nothing is.</summary>
    public string? Check(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        var levels = new List<Level>();
        try
        {
            while (reader.Read())
            {
                if (CheckToken(ref reader, levels) is { } problem) return $"at [{Place(levels, json)}]: {problem}";
            }
        }
        catch (JsonException e)
        {
            return $"line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: the body is not valid JSON";
        }

        return null;
    }

    private string? CheckToken(ref Utf8JsonReader reader, List<Level> levels)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                return CheckName(ref reader, levels);
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                if (CountElement(levels) is { } tooMany) return tooMany;
                if (levels.Count == maxDepth) return "The maximum depth allowed for containers is exceeded.";
                levels.Add(new Level(IsObject: reader.TokenType == JsonTokenType.StartObject));
                return null;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                levels.RemoveAt(levels.Count - 1);
                return null;
            default:
                if (CountElement(levels) is { } problem) return problem;
                return reader.TokenType == JsonTokenType.String && Characters(reader.ValueSpan, reader.ValueIsEscaped) > maxString
                    ? "The maximum length allowed for a string value is exceeded."
                    : null;
        }
    }

    private string? CheckName(ref Utf8JsonReader reader, List<Level> levels)
    {
        var level = levels[^1] with { Count = levels[^1].Count + 1, NameStart = (int)reader.TokenStartIndex + 1, NameLength = reader.ValueSpan.Length };
        levels[^1] = level;
        if (level.Count > maxEntries) return "The maximum number of entries allowed for an object is exceeded.";
        if (Characters(reader.ValueSpan, reader.ValueIsEscaped) > maxName) return "The maximum length allowed for an object entry name is exceeded.";
        if (config.AllowDuplicateObjectEntryName) return null;
        if (level.Names is null) levels[^1] = level = level with { Names = new HashSet<string>(StringComparer.Ordinal) };
        try
        {
            return level.Names!.Add(reader.GetString()!) ? null : "An object entry name is given twice.";
        }
        catch (InvalidOperationException)
        {
            return "An object entry name is not valid Unicode.";
        }
    }

    /// <summary>The value that begins is one more element, if it stands in an array.</summary>
    private string? CountElement(List<Level> levels)
    {
        if (levels.Count == 0 || levels[^1].IsObject) return null;
        levels[^1] = levels[^1] with { Count = levels[^1].Count + 1 };
        return levels[^1].Count > maxElements ? "The maximum number of elements allowed for an array is exceeded." : null;
    }

    private static int Characters(ReadOnlySpan<byte> text, bool escaped)
    {
        var count = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if ((text[i] & 0xC0) == 0x80) continue;
            if (!escaped || text[i] != '\\')
            {
                count++;
                continue;
            }

            // The reader has checked that the escape is whole. The second half of a pair is no character of its own.
            i++;
            if (text[i] != 'u')
            {
                count++;
                continue;
            }

            var secondHalf = text[i + 1] is (byte)'d' or (byte)'D' && text[i + 2] is >= (byte)'c' and <= (byte)'f' or >= (byte)'C' and <= (byte)'F';
            if (!secondHalf) count++;
            i += 4;
        }

        return count;
    }

    private static string Place(List<Level> levels, ReadOnlySpan<byte> json)
    {
        var text = new StringBuilder("$");
        foreach (var level in levels.Take(20))
        {
            if (level.Count == 0) break;
            if (level.IsObject) text.Append('.').Append(Encoding.UTF8.GetString(json.Slice(level.NameStart, Math.Min(level.NameLength, 60))));
            else text.Append('[').Append((level.Count - 1).ToString(CultureInfo.InvariantCulture)).Append(']');
        }

        return new string([.. text.ToString().Where(c => !char.IsControl(c))]);
    }

    private static int Limit(int configured) => configured < 0 ? int.MaxValue : configured;

    /// <summary>One object or array that is open.</summary>
    private readonly record struct Level(bool IsObject, int Count = 0, int NameStart = 0, int NameLength = 0, HashSet<string>? Names = null);
}

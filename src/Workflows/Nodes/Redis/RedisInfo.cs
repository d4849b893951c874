using System.Globalization;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Redis;

/// <summary>What a server says of itself: lines of <c>name:value</c>, where a value may be <c>a=1,b=2</c>.</summary>
internal static class RedisInfo
{
    public static JsObject Read(string text)
    {
        var info = new JsObject();
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith('#') || line.IndexOf(':', StringComparison.Ordinal) is not (> 0 and var at)) continue;
            var value = line[(at + 1)..].Trim();
            info.Set(line[..at], value.Contains('=', StringComparison.Ordinal) ? Pairs(value) : Value(value));
        }

        return info;
    }

    private static JsObject Pairs(string text)
    {
        var pairs = new JsObject();
        foreach (var pair in text.Split(','))
        {
            var parts = pair.Split('=', 2);
            pairs.Set(parts[0], parts.Length == 2 ? Value(parts[1]) : JsValue.Null);
        }

        return pairs;
    }

    private static JsValue Value(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiDigit(c) || c == '.') && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : text;
}

using Microsoft.Extensions.Primitives;

namespace Sluice.Gateway.Plugins.Zipkin;

/// <summary>Tags that a client sends: <c>name=value; name=value</c>. What is not of that form is left out.</summary>
internal static class RequestTags
{
    private const int Most = 64;

    public static IEnumerable<KeyValuePair<string, string>> Parse(StringValues lines)
    {
        var count = 0;
        foreach (var line in lines)
            foreach (var item in (line ?? "").Split(';'))
            {
                // The name is all up to the last "=" that only non-blanks stand before.
                var equals = Separator(item);
                if (equals < 0) continue;
                var (name, value) = (item[..equals].Trim(), item[(equals + 1)..].Trim());
                if (name.Length == 0 || value.Length == 0 || name.Any(char.IsWhiteSpace)) continue;
                if (++count > Most) yield break;
                yield return new(name, value);
            }
    }

    private static int Separator(string item)
    {
        var begin = item.Length - item.AsSpan().TrimStart().Length;
        var end = begin;
        while (end < item.Length && !char.IsWhiteSpace(item[end])) end++;
        var inside = item.LastIndexOf('=', Math.Max(0, end - 1), Math.Max(0, end - begin));
        return inside > begin ? inside : item.IndexOf('=', StringComparison.Ordinal);
    }
}

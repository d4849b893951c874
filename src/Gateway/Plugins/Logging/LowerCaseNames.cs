using System.Collections.Concurrent;

namespace Sluice.Gateway.Plugins.Logging;

/// <summary>Header names in lower case, as entries show them; the usual ones are made once.</summary>
internal static class LowerCaseNames
{
    // Clients choose names, so that only so many are kept.
    private const int Most = 1000;

    private static readonly ConcurrentDictionary<string, string> Known = new(StringComparer.Ordinal);

    public static string Of(string name)
    {
        if (Known.TryGetValue(name, out var lower)) return lower;
        lower = name.ToLowerInvariant();
        if (Known.Count < Most) Known.TryAdd(name, lower);
        return lower;
    }
}

using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins;

/// <summary>Fields that a request must have, each with one of the values given, or with any where none is given.</summary>
internal sealed class HeaderConditions(IReadOnlyDictionary<string, IReadOnlyList<string>> config)
{
    private readonly (string Name, string[] Values)[] fields = [.. config.Select(f => (f.Key, f.Value.ToArray()))];

    /// <summary>Whether a request meets all of them; any does where there are none.</summary>
    public bool Hold(Exchange exchange)
    {
        foreach (var (name, allowed) in fields)
        {
            var values = KongHeaders.Find(exchange.Request.Headers, name);
            if (values.Count == 0 || (allowed.Length > 0 && !AnyIn(values, allowed))) return false;
        }

        return true;
    }

    private static bool AnyIn(in StringValues values, string[] allowed)
    {
        for (var i = 0; i < values.Count; i++)
            if (allowed.AsSpan().Contains(values[i] ?? "")) return true;
        return false;
    }
}

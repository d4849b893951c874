using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Sluice.Gateway.Plugins;

/// <summary>Finds header fields as Kong's plugins do.</summary>
internal static class KongHeaders
{
    /// <summary>The values of <paramref name="name"/>. As in OpenResty, <c>x_in</c> finds <c>X-In</c> too where there is no <c>X_In</c>.</summary>
    public static StringValues Find(IHeaderDictionary headers, string name)
    {
        var values = headers[name];
        return values.Count == 0 && name.Contains('_', StringComparison.Ordinal) ? headers[name.Replace('_', '-')] : values;
    }

    /// <summary>Removes whatever <see cref="Find"/> could find.</summary>
    public static void Remove(IHeaderDictionary headers, string name)
    {
        headers.Remove(name);
        if (name.Contains('_', StringComparison.Ordinal)) headers.Remove(name.Replace('_', '-'));
    }
}

using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Plugins.Mocking;

/// <summary>What a client asks of its mock: by Kong's header fields, or by <c>Prefer: code=404, example=none</c> (RFC 7240).</summary>
/// <param name="Delay">How long to wait; null when nothing was said.</param>
/// <param name="Status">The status, as it was written.</param>
/// <param name="Example">The name of the example.</param>
internal sealed record MockWishes(TimeSpan? Delay, string? Status, string? Example)
{
    private const int MaxDelay = 10_000;

    /// <summary>Null when the delay is none.</summary>
    public static MockWishes? Read(IHeaderDictionary headers)
    {
        TimeSpan? delay = null;
        if (headers.TryGetValue("X-Kong-Mocking-Delay", out var written))
        {
            if (!double.TryParse(written.ToString(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var milliseconds) || milliseconds is not (>= 0 and <= MaxDelay)) return null;
            delay = TimeSpan.FromMilliseconds(milliseconds);
        }

        var wishes = new MockWishes(delay, One(headers, "X-Kong-Mocking-Status-Code"), One(headers, "X-Kong-Mocking-Example-Id"));
        foreach (var preference in headers["Prefer"].SelectMany(p => (p ?? "").Split([',', ';'], StringSplitOptions.TrimEntries)))
        {
            var equals = preference.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0) continue;
            var value = preference[(equals + 1)..].Trim().Trim('"');
            wishes = preference[..equals].TrimEnd().ToLowerInvariant() switch
            {
                "code" => wishes with { Status = wishes.Status ?? value },
                "example" => wishes with { Example = wishes.Example ?? value },
                _ => wishes,
            };
        }

        return wishes;
    }

    private static string? One(IHeaderDictionary headers, string name) => headers.TryGetValue(name, out var values) && values.Count > 0 ? values.ToString() : null;
}

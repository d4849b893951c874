using System.Globalization;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Counters;

namespace Sluice.Gateway.Plugins.RateLimitingAdvanced;

/// <summary>One limit with what clients are told of it, made when the snapshot is built.</summary>
internal sealed class LimitWindow
{
    public LimitWindow(double limit, double seconds)
    {
        Quota = new Quota(limit, TimeSpan.FromMilliseconds(Math.Round(seconds * 1000)));
        var title = seconds switch
        {
            1 => "Second",
            60 => "Minute",
            3600 => "Hour",
            86400 => "Day",
            2592000 => "Month",
            31536000 => "Year",
            _ => seconds.ToString(CultureInfo.InvariantCulture),
        };
        Name = char.IsLetter(title[0]) ? title.ToLowerInvariant() : title + "s";
        LimitHeader = "X-RateLimit-Limit-" + title;
        RemainingHeader = "X-RateLimit-Remaining-" + title;
        LimitText = Decimals.Of(limit);
        Policy = string.Create(CultureInfo.InvariantCulture, $"\"{Name}\";q={(long)Math.Floor(limit)};w={(long)Math.Ceiling(seconds)}");
    }

    public Quota Quota { get; }

    /// <summary><c>minute</c>, or <c>30s</c> for a window without a name.</summary>
    public string Name { get; }

    public string LimitHeader { get; }

    public string RemainingHeader { get; }

    public StringValues LimitText { get; }

    /// <summary>Its member of RateLimit-Policy: <c>"minute";q=100;w=60</c>.</summary>
    public string Policy { get; }
}

using System.Globalization;

namespace Sluice.Gateway.Plugins.RateLimiting;

/// <summary>A fixed window of time, aligned to the UTC calendar.</summary>
/// <param name="Index">Its place among <see cref="All"/>.</param>
/// <param name="Name">The field of the configuration.</param>
/// <param name="Title">The end of its header names.</param>
/// <param name="Seconds">How long it is told to last: Kong's 30 days for a month and 365 for a year.</param>
internal sealed record Window(int Index, string Name, string Title, long Seconds)
{
    private const int Month = 4;
    private const int Year = 5;

    /// <summary>Shortest first.</summary>
    public static IReadOnlyList<Window> All { get; } =
    [
        new(0, "second", "Second", 1),
        new(1, "minute", "Minute", 60),
        new(2, "hour", "Hour", 3600),
        new(3, "day", "Day", 86400),
        new(Month, "month", "Month", 2592000),
        new(Year, "year", "Year", 31536000),
    ];

    public string LimitHeader { get; } = "X-RateLimit-Limit-" + Title;

    public string RemainingHeader { get; } = "X-RateLimit-Remaining-" + Title;

    /// <summary>The number of the window that <paramref name="now"/> (seconds since 1970) falls in; grows with time, never 0.</summary>
    public uint NumberAt(long now) => Index switch
    {
        Month => At(now) is var date ? (uint)((date.Year * 12) + date.Month) : 0,
        Year => (uint)At(now).Year,
        _ => (uint)(now / Seconds) + 1,
    };

    /// <summary>Whole seconds, at least 1, until the window that <paramref name="now"/> falls in is over.</summary>
    public long SecondsLeft(long now) => Math.Max(1, Seconds - (Index < Month ? now % Seconds : now - StartOf(At(now))));

    /// <summary>How long a count is kept in Redis: the longest that such a window can be.</summary>
    public long SecondsKept { get; } = Index switch { Month => 31 * 86400, Year => 366 * 86400, _ => Seconds };

    /// <summary>Kong's key for a caller's count in the window of <paramref name="now"/>; Kong tells the window by its first millisecond.</summary>
    /// <param name="name">What is counted and a colon, where that is not requests.</param>
    public string RedisKey(string scope, string caller, long now, string name = "") =>
        string.Create(CultureInfo.InvariantCulture, $"{scope}{caller}:{(Index < Month ? now - (now % Seconds) : StartOf(At(now)))}000:{name}{Name}");

    private static DateTimeOffset At(long now) => DateTimeOffset.FromUnixTimeSeconds(now);

    private long StartOf(DateTimeOffset date) =>
        new DateTimeOffset(date.Year, Index == Month ? date.Month : 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
}

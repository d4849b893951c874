namespace Sluice.Workflows.Schedules;

/// <summary>When something happens again and again.</summary>
internal abstract class Recurrence
{
    /// <summary>The first point in time after another, in a zone; null when there is none any more.</summary>
    public abstract DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone);
}

/// <summary>Every so many seconds, counted from the beginning of 1970, so that all who count agree.</summary>
internal sealed class EverySeconds(long seconds) : Recurrence
{
    public override DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeSeconds((long)(Math.Floor(after.ToUnixTimeMilliseconds() / 1000.0 / seconds) + 1) * seconds), zone);
}

/// <summary>At the times of a cron expression, of those only the ones that count: every second day, every third week.</summary>
internal sealed class CronRecurrence(CronExpression cron, Func<DateTime, bool>? counts = null) : Recurrence
{
    /// <summary>More times in a row do not fail to count for any reason but that none ever does.</summary>
    private const int Patience = 20_000;

    public override DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        for (var i = 0; i < Patience; i++)
        {
            if (cron.Next(after, zone) is not { } next) return null;
            if (counts is null || counts(next.DateTime)) return next;
            after = next;
        }

        return null;
    }
}

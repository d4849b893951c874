using System.Globalization;
using Sluice.Workflows.Schedules;

namespace Sluice.Workflows.Nodes.Schedule;

/// <summary>The times of a schedule's parameters.</summary>
internal sealed class Timetable
{
    /// <summary>More times in a row are no holidays.</summary>
    private const int Patience = 20_000;

    private readonly Recurrence[] _recurrences;
    private readonly HashSet<(int Month, int Day)> _everyYear = [];
    private readonly HashSet<DateOnly> _once = [];
    private readonly bool _workdaysOnly;

    /// <param name="report">Takes what is wrong: the parameter and a message.</param>
    public Timetable(ScheduleParameters parameters, TimeZoneInfo zone, Action<string, string> report)
    {
        Zone = zone;
        _workdaysOnly = parameters.WorkdaysOnly;
        _recurrences = [.. parameters.Rule.Interval.Select((rule, i) => Of(rule, (field, message) => report($"rule.interval[{i}].{field}", message))).OfType<Recurrence>()];
        for (var i = 0; i < parameters.Holidays.Count; i++)
        {
            var text = parameters.Holidays[i];
            if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) _once.Add(day);
            else if (DateOnly.TryParseExact("2000-" + text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var yearly)) _everyYear.Add((yearly.Month, yearly.Day));
            else report($"holidays[{i}]", $"'{text}' is no day: expected 2026-12-24, or 12-25 for every year");
        }
    }

    public TimeZoneInfo Zone { get; }

    /// <summary>The first time after another; null when there is none any more.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        for (var i = 0; i < Patience; i++)
        {
            DateTimeOffset? next = null;
            foreach (var recurrence in _recurrences)
                if (recurrence.Next(after, Zone) is { } one && (next is null || one < next)) next = one;
            if (next is not { } found) return null;
            if (IsWorked(DateOnly.FromDateTime(found.DateTime))) return next;

            // The rest of the day is no better.
            after = found > after ? EndOfDay(found) : found;
        }

        return null;
    }

    private bool IsWorked(DateOnly day) => !_once.Contains(day) && !_everyYear.Contains((day.Month, day.Day)) && !(_workdaysOnly && day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday && _workdaysOnly);

    private DateTimeOffset EndOfDay(DateTimeOffset time)
    {
        var last = time.Date.AddDays(1).AddSeconds(-1);
        var (early, late) = LocalTimes.Offsets(Zone, last);
        var end = new DateTimeOffset(last, late ?? early ?? time.Offset);
        return end > time ? end : time;
    }

    private static Recurrence? Of(ScheduleInterval rule, Action<string, string> report)
    {
        var (minute, hour) = (rule.TriggerAtMinute, rule.TriggerAtHour);
        switch (rule.Field)
        {
            case "seconds": return new EverySeconds(rule.SecondsInterval);
            case "minutes": return new EverySeconds(rule.MinutesInterval * 60L);
            case "hours": return Cron($"0 {minute} * * * *", Every(rule.HoursInterval, static t => (long)(t - DateTime.UnixEpoch).TotalHours));
            case "days": return Cron($"0 {minute} {hour} * * *", Every(rule.DaysInterval, static t => (long)(t - DateTime.UnixEpoch).TotalDays));
            case "weeks":
                if (rule.TriggerAtDay.Count == 0 || rule.TriggerAtDay.Any(d => d is < 0 or > 6)) report("triggerAtDay", "expected days from 0 (Sunday) to 6 (Saturday)");

                // Weeks begin on Sunday; 1970-01-04 was one.
                else return Cron($"0 {minute} {hour} * * {string.Join(',', rule.TriggerAtDay)}", Every(rule.WeeksInterval, static t => (long)Math.Floor((t - DateTime.UnixEpoch.AddDays(3)).TotalDays / 7)));
                return null;
            case "months":
                var days = rule.TriggerAtDayOfMonth <= 28 ? rule.TriggerAtDayOfMonth.ToString(CultureInfo.InvariantCulture) : $"28-{rule.TriggerAtDayOfMonth}";
                var inMonth = Every(rule.MonthsInterval, static t => t.Year * 12L + t.Month - 1) ?? (static _ => true);
                return Cron($"0 {minute} {hour} {days} * *", t => inMonth(t) && t.Day == Math.Min(rule.TriggerAtDayOfMonth, DateTime.DaysInMonth(t.Year, t.Month)));
            default:
                var (expression, problem) = CronExpression.Parse(rule.Expression);
                if (problem is not null) report("expression", problem);
                else if (expression!.Next(new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero), TimeZoneInfo.Utc) is null) report("expression", "there is no such time");
                return expression is null ? null : new CronRecurrence(expression);
        }
    }

    private static CronRecurrence Cron(string expression, Func<DateTime, bool>? counts) => new(CronExpression.Parse(expression).Expression!, counts);

    private static Func<DateTime, bool>? Every(int interval, Func<DateTime, long> number) => interval == 1 ? null : t => number(t) % interval == 0;
}

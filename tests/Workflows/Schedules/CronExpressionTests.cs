using System.Globalization;
using Sluice.Workflows.Data;
using Sluice.Workflows.Schedules;

namespace Sluice.Workflows.Tests.Schedules;

/// <summary>The cases of Cronos (cron-cases.json, MIT, see LICENSE.cronos), and what is crontab's own.</summary>
public sealed class CronExpressionTests
{
    [Fact]
    public void Gives_the_points_in_time_that_are_expected()
    {
        var wrong = new List<string>();
        foreach (var (cron, from, expected, zone, after) in Cases())
        {
            var (expression, problem) = CronExpression.Parse(cron, either: false);
            var start = Instant(from, zone);
            var next = expression?.Next(after ? start : start.AddTicks(-1), zone);
            var wanted = expected is null ? (DateTimeOffset?)null : Instant(expected, zone);
            if (problem is not null || next != wanted || (expected?.Length > 20 && next?.Offset != wanted?.Offset))
                wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{cron} after {from} in {zone.Id}: {problem ?? next?.ToString("O", CultureInfo.InvariantCulture) ?? "never"}, not {expected ?? "never"}"));
        }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Refuses_what_is_no_cron_expression() =>
        Document().Select(c => c.AsObject!["refused"].AsString).Where(c => c is not null && CronExpression.Parse(c, either: false).Problem is null).ShouldBeEmpty();

    [Theory]
    [InlineData("0 0 13 * 5", true, "2026-11-06 13")]
    [InlineData("0 0 13 * 5", false, "2026-11-13")]
    public void Of_two_kinds_of_days_one_is_enough_as_in_crontab(string cron, bool either, string expected)
    {
        var next = CronExpression.Parse(cron, either).Expression!.Next(new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), TimeZoneInfo.Utc);
        next!.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture).ShouldBe(expected[..10]);
    }

    [Theory]
    [InlineData("60 * * * *", "minutes: 60 is not between 0 and 59")]
    [InlineData("* * *", "a cron expression has five fields, or six with seconds, not 3")]
    [InlineData("* * * FOO *", "months: 'FOO' is not one of them")]
    [InlineData("@never", "'@never' is not known")]
    public void Says_what_is_wrong(string cron, string problem) => CronExpression.Parse(cron).Problem.ShouldBe(problem);

    private static IEnumerable<(string Cron, string From, string? Next, TimeZoneInfo Zone, bool After)> Cases() => Document().Select(c => c.AsObject!).Where(c => c["cron"].AsString is not null)
        .Select(c => (c["cron"].AsString!, c["from"].AsString!, c["next"].AsString, TimeZoneInfo.FindSystemTimeZoneById(c["zone"].AsString!), c["after"].IsTrue));

    private static JsArray Document() => JsJson.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Schedules/cron-cases.json"))).AsArray!;

    private static DateTimeOffset Instant(string text, TimeZoneInfo zone)
    {
        if (text.Length <= 8) text = "2017-06-01 " + text;
        if (text.LastIndexOfAny(['+', '-']) > 10) return DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
        var local = DateTime.Parse(text, CultureInfo.InvariantCulture);
        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }
}

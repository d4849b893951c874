using System.Globalization;
using Sluice.Foundation.Errors;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes.Schedule;

namespace Sluice.Workflows.Tests.Nodes.Schedule;

/// <summary>The times of schedules, and of the nodes that are their older forms.</summary>
public sealed class TimetableTests
{
    [Theory]
    [InlineData("schedule", """{"rule": {"interval": [{"field": "seconds", "secondsInterval": 90}]}}""", "2026-11-20T06:25:30 2026-11-20T06:27:00")]
    [InlineData("schedule", """{"rule": {"interval": [{"field": "minutes", "minutesInterval": 15}]}}""", "2026-11-20T06:30:00 2026-11-20T06:45:00")]
    [InlineData("schedule", """{"rule": {"interval": [{"field": "hours", "hoursInterval": 6, "triggerAtMinute": 10}]}}""", "2026-11-20T12:10:00 2026-11-20T18:10:00 2026-11-21T00:10:00")]
    [InlineData("schedule", """{"rule": {"interval": [{}]}}""", "2026-11-21T00:00:00 2026-11-22T00:00:00")]
    [InlineData("schedule", """{"rule": {"interval": [{"daysInterval": 2, "triggerAtHour": 9}]}}""", "2026-11-21T09:00:00 2026-11-23T09:00:00")]
    [InlineData("schedule", """{"rule": {"interval": [{"field": "weeks", "triggerAtDay": [1, 5], "triggerAtHour": 8, "triggerAtMinute": 5}]}}""", "2026-11-20T08:05:00 2026-11-23T08:05:00 2026-11-27T08:05:00")]
    [InlineData("schedule", """{"rule": {"interval": [{"field": "weeks", "weeksInterval": 2, "triggerAtDay": [0]}]}}""", "2026-11-22T00:00:00 2026-12-06T00:00:00")]
    [InlineData("schedule", """{"rule": {"interval": [{"field": "months", "triggerAtDayOfMonth": 31}]}}""", "2026-11-30T00:00:00 2026-12-31T00:00:00 2027-01-31T00:00:00 2027-02-28T00:00:00")]
    [InlineData("schedule", """{"rule": {"interval": [{"field": "months", "monthsInterval": 3}]}}""", "2027-01-01T00:00:00 2027-04-01T00:00:00")]
    [InlineData("schedule", """{"rule": {"interval": [{"field": "cronExpression", "expression": "30 9 * * 1-5"}, {"field": "cronExpression", "expression": "0 0 12 * * SUN"}]}}""", "2026-11-20T09:30:00 2026-11-22T12:00:00 2026-11-23T09:30:00")]
    [InlineData("schedule", """{"rule": {"interval": [{"triggerAtHour": 2, "triggerAtMinute": 30}]}, "timezone": "America/New_York"}""", "2026-11-20T02:30:00 2026-11-21T02:30:00")]
    [InlineData("schedule", """{"holidays": ["2026-11-21", "11-22"], "workdaysOnly": true}""", "2026-11-23T00:00:00 2026-11-24T00:00:00")]
    [InlineData("schedule", """{"rule": {"interval": [{"field": "seconds", "secondsInterval": 30}]}, "holidays": ["2026-11-20"]}""", "2026-11-21T00:00:00 2026-11-21T00:00:30")]
    [InlineData("n8n-nodes-base.interval", """{"interval": 2, "unit": "hours"}""", "2026-11-20T08:00:00 2026-11-20T10:00:00")]
    [InlineData("n8n-nodes-base.cron", """{"triggerTimes": {"item": [{"hour": 6}, {"mode": "everyWeek", "weekday": "1", "hour": 7, "minute": 5}]}}""", "2026-11-21T06:00:00 2026-11-22T06:00:00 2026-11-23T06:00:00 2026-11-23T07:05:00")]
    [InlineData("n8n-nodes-base.cron", """{"triggerTimes": {"item": [{"mode": "custom", "cronExpression": "15 * * * *"}, {"mode": "everyX", "value": 30, "unit": "minutes"}]}}""", "2026-11-20T06:30:00 2026-11-20T07:00:00 2026-11-20T07:15:00")]
    public void Gives_the_times(string type, string parameters, string expected)
    {
        var check = Load(type, parameters);
        check.Problems.ShouldBeEmpty();
        var times = ((ScheduleNode)check.Model!.Find("Node")!.Node).Timetable;
        var at = new DateTimeOffset(2026, 11, 20, 5, 25, 22, TimeSpan.Zero);
        var wanted = expected.Split(' ');
        var given = new List<string>();
        foreach (var _ in wanted)
        {
            at = times.Next(at)!.Value;
            given.Add(at.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture));
        }

        given.ShouldBe(wanted);
    }

    [Theory]
    [InlineData("""{"rule": {"interval": [{"field": "cronExpression", "expression": "61 * * * *"}]}}""", "parameters.rule.interval[0].expression: minutes: 61 is not between 0 and 59")]
    [InlineData("""{"rule": {"interval": [{"field": "cronExpression", "expression": "0 0 30 2 *"}]}}""", "parameters.rule.interval[0].expression: there is no such time")]
    [InlineData("""{"rule": {"interval": [{"field": "weeks", "triggerAtDay": [7]}]}}""", "parameters.rule.interval[0].triggerAtDay: expected days from 0 (Sunday) to 6 (Saturday)")]
    [InlineData("""{"timezone": "Mars/Olympus"}""", "parameters.timezone: there is no time zone 'Mars/Olympus'")]
    [InlineData("""{"holidays": ["tomorrow"]}""", "parameters.holidays[0]: 'tomorrow' is no day: expected 2026-12-24, or 12-25 for every year")]
    public void Refuses_what_is_no_time(string parameters, string problem) =>
        Load("schedule", parameters).Problems.Where(p => p.Severity == Severity.Error).Select(p => $"{p.Field}: {p.Message}").ShouldBe([problem]);

    [Fact]
    public void Describes_a_time_as_n8n_does()
    {
        var item = ScheduleNode.Describe(new DateTimeOffset(2026, 11, 22, 13, 5, 9, TimeSpan.Zero), TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
        JsJson.WriteString(item).ShouldBe(
            """{"timestamp":"2026-11-22T14:05:09.000+01:00","Readable date":"November 22nd 2026, 2:05:09 pm","Readable time":"2:05:09 pm","Day of week":"Sunday","Year":"2026","Month":"November","Day of month":"22","Hour":"14","Minute":"05","Second":"09","Timezone":"Europe/Berlin (UTC+01:00)"}""");
    }

    private static WorkflowCheck Load(string type, string parameters) => NodeFixture.Load(
$$"""{"name": "times", "settings": {"timezone": "Europe/Berlin"}, "nodes": [{"name": "Node", "type": "{{type}}", "parameters": {{parameters}} }], "connections": {} }""");
}

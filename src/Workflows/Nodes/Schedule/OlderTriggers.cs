using System.Globalization;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Definitions;

namespace Sluice.Workflows.Nodes.Schedule;

/// <summary>When runs begin, as the older cron node says it.</summary>
[CamelCase]
internal sealed record CronParameters
{
    /// <summary>The times: each with a <c>mode</c> (everyMinute, everyHour, everyDay, everyWeek, everyMonth, everyX, custom) and what that needs.</summary>
    public MapNode? TriggerTimes { get; init; }
}

/// <summary>How often runs begin, as the older interval node says it.</summary>
[CamelCase]
internal sealed record IntervalParameters
{
    /// <summary>How many units there are between two runs.</summary>
    [Between(1, 1_000_000)]
    public int Interval { get; init; } = 1;

    /// <summary>The unit.</summary>
    [OneOf("seconds", "minutes", "hours")]
    public string Unit { get; init; } = "seconds";
}

/// <summary>The older nodes that begin runs at given times: each is a schedule today.</summary>
internal static class OlderTriggers
{
    public static readonly NodeDescriptor Cron = new NodeDescriptor<NoOp.NoOpNode, CronParameters>((_, _) => new())
    {
        Type = "cron",
        Summary = "Begins a run at given times: the older form of a schedule.",
        Category = NodeCategory.Trigger,
        IsTrigger = true,
        Aliases = [new("n8n-nodes-base.cron", 1, 1)],
        Redirect = static p => (p["triggerTimes"] as MapNode)?["item"] is ListNode times
            ? Schedule(p, times.Items.OfType<MapNode>().Select(FromCron)) : Schedule(p, [Rule(p, ("field", "hours"))]),
    };

    public static readonly NodeDescriptor Interval = new NodeDescriptor<NoOp.NoOpNode, IntervalParameters>((_, _) => new())
    {
        Type = "interval",
        Summary = "Begins a run every so often: the older form of a schedule.",
        Category = NodeCategory.Trigger,
        IsTrigger = true,
        Aliases = [new("n8n-nodes-base.interval", 1, 1)],
        Redirect = static p =>
        {
            var unit = p.Text("unit") ?? "seconds";
            return Schedule(p, [Rule(p, ("field", unit), ($"{unit}Interval", p["interval"]))]);
        },
    };

    private static MapNode FromCron(MapNode time) => time.Text("mode") switch
    {
        "everyMinute" => Rule(time, ("field", "minutes"), ("minutesInterval", 1)),
        "everyHour" => Rule(time, ("field", "hours"), ("triggerAtMinute", time["minute"])),
        "everyWeek" => Rule(time, ("field", "weeks"), ("triggerAtDay", new ListNode(time.Place, [Number(time, time["weekday"], 1)])), ("triggerAtHour", Number(time, time["hour"], 14)), ("triggerAtMinute", time["minute"])),
        "everyMonth" => Rule(time, ("field", "months"), ("triggerAtDayOfMonth", time["dayOfMonth"]), ("triggerAtHour", Number(time, time["hour"], 14)), ("triggerAtMinute", time["minute"])),
        "everyX" when time.Text("unit") is "minutes" => Rule(time, ("field", "minutes"), ("minutesInterval", Number(time, time["value"], 2))),
        "everyX" => Rule(time, ("field", "hours"), ("hoursInterval", Number(time, time["value"], 2))),
        "custom" => Rule(time, ("field", "cronExpression"), ("expression", time["cronExpression"])),
        _ => Rule(time, ("field", "days"), ("triggerAtHour", Number(time, time["hour"], 14)), ("triggerAtMinute", time["minute"])),
    };

    private static (string, MapNode)? Schedule(MapNode old, IEnumerable<MapNode> rules) =>
        ("schedule", DocumentData.Map(old.Place, DocumentData.Entry("rule", DocumentData.Map(old.Place, DocumentData.Entry("interval", new ListNode(old.Place, [.. rules]))))));

    private static MapNode Rule(MapNode old, params (string Name, object? Value)[] fields) => DocumentData.Map(old.Place,
    [
        .. fields.Where(f => f.Value is not null).Select(f => DocumentData.Entry(f.Name, f.Value switch
        {
            string text => DocumentData.Text(old.Place, text),
            int number => DocumentData.Number(old.Place, number),
            var node => (DocumentNode)node!,
        })),
    ]);

    /// <summary>A number that the editor may have written as text.</summary>
    private static ScalarNode Number(MapNode old, DocumentNode? value, double missing) => value switch
    {
        ScalarNode { Kind: ScalarKind.Number } number => number,
        ScalarNode text when double.TryParse(text.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => DocumentData.Number(text.Place, number),
        _ => DocumentData.Number(old.Place, missing),
    };
}

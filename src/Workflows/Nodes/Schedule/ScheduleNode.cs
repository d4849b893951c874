using System.Globalization;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Schedule;

/// <summary>Begins runs at given times.</summary>
internal sealed class ScheduleNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<ScheduleNode, ScheduleParameters>((p, s) => new(p, s))
    {
        Type = "schedule",
        Summary = "Begins a run at given times: every so often, or by a cron expression.",
        Category = NodeCategory.Trigger,
        IsTrigger = true,
        Aliases = [new("n8n-nodes-base.scheduleTrigger", 1, 1.3)],
    };

    public ScheduleNode(ScheduleParameters parameters, NodeSetup setup)
    {
        Parameters = parameters;
        var zone = TimeZoneInfo.Utc;
        var name = parameters.Timezone ?? setup.Workflow.Settings.Timezone;
        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var found)) zone = found;
        else setup.Report("timezone", $"there is no time zone '{name}'");
        Timetable = new Timetable(parameters, zone, setup.Report);
    }

    public ScheduleParameters Parameters { get; }

    public Timetable Timetable { get; }

    /// <summary>The item that a run begins with, in n8n's words.</summary>
    public static JsObject Describe(DateTimeOffset due, TimeZoneInfo zone)
    {
        var time = TimeZoneInfo.ConvertTime(due, zone);
        var day = time.Day % 10 is 1 or 2 or 3 && time.Day / 10 != 1 ? new[] { "st", "nd", "rd" }[time.Day % 10 - 1] : "th";
        return new JsObject
        {
            ["timestamp"] = Text("yyyy-MM-dd'T'HH:mm:ss.fffzzz"),
            ["Readable date"] = $"{Text("MMMM")} {time.Day}{day} {Text("yyyy, h:mm:ss")} {Text("tt").ToLowerInvariant()}",
            ["Readable time"] = $"{Text("h:mm:ss")} {Text("tt").ToLowerInvariant()}",
            ["Day of week"] = Text("dddd"),
            ["Year"] = Text("yyyy"),
            ["Month"] = Text("MMMM"),
            ["Day of month"] = Text("dd"),
            ["Hour"] = Text("HH"),
            ["Minute"] = Text("mm"),
            ["Second"] = Text("ss"),
            ["Timezone"] = $"{zone.Id} (UTC{Text("zzz")})",
        };

        string Text(string format) => time.ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary>Gives the item of its time; of now when a person begins the run.</summary>
    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context) =>
        NodeResult.Of(context.Items is [var item] && item.Json.Contains("timestamp") ? context.Items : [new Item(Describe(context.Time.GetUtcNow(), Timetable.Zone))]);
}

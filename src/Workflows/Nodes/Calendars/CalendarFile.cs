using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;

namespace Sluice.Workflows.Nodes.Calendars;

/// <summary>An event that becomes a file, as n8n's older node says it.</summary>
[CamelCase]
internal sealed record CalendarFileParameters
{
    /// <summary>What is made.</summary>
    [OneOf("createEventFile")]
    public string Operation { get; init; } = "createEventFile";

    /// <summary>The event's title.</summary>
    public Parameter<string> Title { get; init; } = "";

    /// <summary>When it begins.</summary>
    public Parameter<JsValue> Start { get; init; } = new(default);

    /// <summary>When it ends; when it begins if absent.</summary>
    public Parameter<JsValue> End { get; init; } = new(default);

    /// <summary>Whether it has days only, no times.</summary>
    public Parameter<bool> AllDay { get; init; } = false;

    /// <summary>The field that the file is put in.</summary>
    public Parameter<string> BinaryPropertyName { get; init; } = "data";

    /// <summary>More about the event.</summary>
    public EventFields AdditionalFields { get; init; } = new();
}

/// <summary>Makes calendars with one event: the older form of <c>convert-to-file</c> with the operation <c>iCal</c>, which stands for it.</summary>
internal static class CalendarFile
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<NoOp.NoOpNode, CalendarFileParameters>((_, _) => new())
    {
        Type = "calendar-file",
        Summary = "Makes calendars with one event: the older form of convert-to-file.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.iCal", 1, 1)],
        Redirect = static old => ("convert-to-file", old.With([], DocumentData.Entry("operation", DocumentData.Text(old.Place, "iCal")))),
    };
}

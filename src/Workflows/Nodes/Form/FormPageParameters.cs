using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Form;

/// <summary>What a further page asks, or what the last one says.</summary>
[CamelCase]
internal sealed record FormPageParameters
{
    /// <summary>A page that asks for more (<c>page</c>), or the end of the form (<c>completion</c>).</summary>
    [OneOf("page", "completion")]
    public string Operation { get; init; } = "page";

    /// <summary>Whether the fields are given one by one, or as JSON.</summary>
    [OneOf("fields", "json")]
    public string DefineForm { get; init; } = "fields";

    /// <summary>What it asks.</summary>
    public FormFieldList FormFields { get; init; } = new();

    /// <summary>What it asks, as a list of fields in JSON.</summary>
    public Parameter<JsValue> JsonOutput { get; init; } = new(default);

    /// <summary>Whether the run goes on without an answer some time.</summary>
    public bool LimitWaitTime { get; init; }

    /// <summary>Whether that is after a while or at a time.</summary>
    [OneOf("afterTimeInterval", "atSpecifiedTime")]
    public string LimitType { get; init; } = "afterTimeInterval";

    /// <summary>After how long.</summary>
    public Parameter<double> ResumeAmount { get; init; } = 1;

    /// <summary>The unit of after how long.</summary>
    [OneOf("minutes", "hours", "days")]
    public Parameter<string> ResumeUnit { get; init; } = "hours";

    /// <summary>At what time.</summary>
    public Parameter<JsValue> MaxDateAndTime { get; init; } = new(default);

    /// <summary>At the end: a title and a message (<c>text</c>), another page (<c>redirect</c>), HTML (<c>showText</c>), or a file of the items (<c>returnBinary</c>).</summary>
    [OneOf("text", "redirect", "showText", "returnBinary")]
    public string RespondWith { get; init; } = "text";

    /// <summary>The address of the other page, <c>https://</c> or <c>http://</c>.</summary>
    public Parameter<string> RedirectUrl { get; init; } = "";

    /// <summary>The title of the end.</summary>
    public Parameter<string> CompletionTitle { get; init; } = "";

    /// <summary>The message of the end.</summary>
    public Parameter<string> CompletionMessage { get; init; } = "";

    /// <summary>The HTML of the end; scripts and styles are left out.</summary>
    public Parameter<string> ResponseText { get; init; } = "";

    /// <summary>The field of the file.</summary>
    public Parameter<string> InputDataFieldName { get; init; } = "data";

    /// <summary>More about the page.</summary>
    public FormPageOptions Options { get; init; } = new();
}

/// <summary>More about the page.</summary>
[CamelCase]
internal sealed record FormPageOptions
{
    /// <summary>Its title; that of the form-trigger when empty.</summary>
    public Parameter<string> FormTitle { get; init; } = "";

    /// <summary>What stands below the title.</summary>
    public Parameter<string> FormDescription { get; init; } = "";

    /// <summary>What stands on the button; what stands on that of the form-trigger when empty.</summary>
    public Parameter<string> ButtonLabel { get; init; } = "";

    /// <summary>Style sheets of one's own.</summary>
    [NoEffect("the form has a style of its own")]
    [AllowEmpty]
    public string CustomCss { get; init; } = "";
}

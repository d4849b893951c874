using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Nodes.Form;

/// <summary>What a form asks, and what is answered to those who send it.</summary>
[CamelCase]
internal sealed record FormParameters
{
    /// <summary>The end of its path. A route that names the workflow decides the path itself.</summary>
    [AllowEmpty]
    public string Path { get; init; } = "";

    /// <summary>Its title.</summary>
    [AllowEmpty]
    public string FormTitle { get; init; } = "";

    /// <summary>What stands below the title.</summary>
    [AllowEmpty]
    public string FormDescription { get; init; } = "";

    /// <summary>What it asks.</summary>
    public FormFieldList FormFields { get; init; } = new();

    /// <summary>When the sender is answered: <c>onReceived</c>, <c>lastNode</c> or <c>responseNode</c>.</summary>
    [OneOf("onReceived", "lastNode", "responseNode")]
    public string ResponseMode { get; init; } = "onReceived";

    /// <summary>Who may fill it in, besides what the route's plugins ask for: those with a user and a password, as a connection of the node holds them.</summary>
    [OneOf("none", "basicAuth")]
    public string Authentication { get; init; } = "none";

    /// <summary>More about the form.</summary>
    public FormOptions Options { get; init; } = new();
}

/// <summary>More about a form.</summary>
[CamelCase]
internal sealed record FormOptions
{
    /// <summary>The end of its path.</summary>
    [AllowEmpty]
    public string Path { get; init; } = "";

    /// <summary>What stands on the button.</summary>
    [AllowEmpty]
    public string ButtonLabel { get; init; } = "Submit";

    /// <summary>What the sender is told.</summary>
    public FormAnswer RespondWithOptions { get; init; } = new();

    /// <summary>The older name of that.</summary>
    [AllowEmpty]
    public string FormSubmittedText { get; init; } = "";

    /// <summary>Whether a line says what made the form.</summary>
    [NoEffect("no such line is shown")]
    public bool AppendAttribution { get; init; } = true;

    /// <summary>Whether the time of sending is in the workflow's zone; it always is.</summary>
    public bool UseWorkflowTimezone { get; init; } = true;

    /// <summary>Whether robots and link previews are ignored.</summary>
    public bool IgnoreBots { get; init; }

    /// <summary>The addresses that may call, separated by commas; everybody when empty.</summary>
    [AllowEmpty]
    public string? IpWhitelist { get; init; }

    /// <summary>Style sheets of one's own.</summary>
    [NoEffect("the form has a style of its own")]
    [AllowEmpty]
    public string CustomCss { get; init; } = "";
}

/// <summary>What the sender of a form is told.</summary>
[CamelCase]
internal sealed record FormAnswer
{
    /// <summary>The choice.</summary>
    public FormAnswerValues Values { get; init; } = new();
}

/// <summary>What the sender of a form is told.</summary>
[CamelCase]
internal sealed record FormAnswerValues
{
    /// <summary>A text, or another page.</summary>
    [OneOf("text", "redirect")]
    public string RespondWith { get; init; } = "text";

    /// <summary>The text.</summary>
    [AllowEmpty]
    public string FormSubmittedText { get; init; } = "Your response has been recorded";

    /// <summary>The address of the other page.</summary>
    [AllowEmpty]
    public string RedirectUrl { get; init; } = "";
}

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

    /// <summary>Who may fill it in.</summary>
    [NoEffect("plugins of the route authenticate")]
    public string Authentication { get; init; } = "none";

    /// <summary>More about the form.</summary>
    public FormOptions Options { get; init; } = new();
}

/// <summary>What a form asks.</summary>
[CamelCase]
internal sealed record FormFieldList
{
    /// <summary>The fields, in their order.</summary>
    public IReadOnlyList<FormField> Values { get; init; } = [];
}

/// <summary>One field of a form.</summary>
[CamelCase]
internal sealed record FormField
{
    /// <summary>What stands before it; what the item calls it, unless it has a name.</summary>
    [AllowEmpty]
    public string FieldLabel { get; init; } = "";

    /// <summary>What the item calls it.</summary>
    [AllowEmpty]
    public string FieldName { get; init; } = "";

    /// <summary>What is asked for.</summary>
    [OneOf("text", "textarea", "number", "email", "password", "date", "dropdown", "checkbox", "radio", "file", "hiddenField")]
    public string FieldType { get; init; } = "text";

    /// <summary>An example, shown where nothing is typed yet.</summary>
    [AllowEmpty]
    public string Placeholder { get; init; } = "";

    /// <summary>What stands in it at first.</summary>
    [AllowEmpty]
    public string DefaultValue { get; init; } = "";

    /// <summary>What a hidden field holds.</summary>
    [AllowEmpty]
    public string FieldValue { get; init; } = "";

    /// <summary>What can be chosen.</summary>
    public FormChoices FieldOptions { get; init; } = new();

    /// <summary>Whether several can be chosen.</summary>
    public bool Multiselect { get; init; }

    /// <summary>Whether several files can be sent.</summary>
    [NoEffect("one file is taken")]
    public bool MultipleFiles { get; init; }

    /// <summary>Which files: <c>.jpg, .png</c>.</summary>
    [AllowEmpty]
    public string AcceptFileTypes { get; init; } = "";

    /// <summary>Whether it has to be filled in.</summary>
    public bool RequiredField { get; init; }
}

/// <summary>What can be chosen.</summary>
[CamelCase]
internal sealed record FormChoices
{
    /// <summary>The choices.</summary>
    public IReadOnlyList<FormChoice> Values { get; init; } = [];
}

/// <summary>One thing that can be chosen.</summary>
[CamelCase]
internal sealed record FormChoice
{
    /// <summary>Its text.</summary>
    [AllowEmpty]
    public string Option { get; init; } = "";
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
    [NoEffect("plugins of the route decide who may call")]
    public bool IgnoreBots { get; init; }

    /// <summary>The addresses that may call.</summary>
    [NoEffect("use the plugin ip-restriction")]
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

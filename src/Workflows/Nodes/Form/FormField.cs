using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Nodes.Form;

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
    public Parameter<string> FieldLabel { get; init; } = "";

    /// <summary>What the item calls it.</summary>
    [AllowEmpty]
    public Parameter<string> FieldName { get; init; } = "";

    /// <summary>What is asked for.</summary>
    [OneOf("text", "textarea", "number", "email", "password", "date", "dropdown", "checkbox", "radio", "file", "hiddenField", "html")]
    public string FieldType { get; init; } = "text";

    /// <summary>An example, shown where nothing is typed yet.</summary>
    [AllowEmpty]
    public Parameter<string> Placeholder { get; init; } = "";

    /// <summary>What stands in it at first.</summary>
    [AllowEmpty]
    public Parameter<string> DefaultValue { get; init; } = "";

    /// <summary>What a hidden field holds.</summary>
    [AllowEmpty]
    public Parameter<string> FieldValue { get; init; } = "";

    /// <summary>What can be chosen.</summary>
    public FormChoices FieldOptions { get; init; } = new();

    /// <summary>Whether several can be chosen.</summary>
    public bool Multiselect { get; init; }

    /// <summary>Whether several files can be sent.</summary>
    public bool MultipleFiles { get; init; } = true;

    /// <summary>Which files: <c>.jpg, .png</c>.</summary>
    [AllowEmpty]
    public Parameter<string> AcceptFileTypes { get; init; } = "";

    /// <summary>How many of the choices: any, <c>numberOfSelections</c> of them, or between two numbers.</summary>
    [OneOf("unlimited", "exact", "range")]
    public string LimitSelection { get; init; } = "unlimited";

    /// <summary>How many exactly.</summary>
    [Between(0, 1000)]
    public int NumberOfSelections { get; init; } = 1;

    /// <summary>How many at least.</summary>
    [Between(0, 1000)]
    public int MinSelections { get; init; }

    /// <summary>How many at most.</summary>
    [Between(0, 1000)]
    public int MaxSelections { get; init; } = 1;

    /// <summary>What is shown at that place: text, pictures, tables, links. Scripts, styles and forms of its own are left out.</summary>
    [AllowEmpty]
    public Parameter<string> Html { get; init; } = "";

    /// <summary>What the item calls the HTML; it has none when empty.</summary>
    [AllowEmpty]
    public string ElementName { get; init; } = "";

    /// <summary>How a date is written, in the tokens of <c>DateTime.toFormat</c>; as the browser sends it, <c>2026-01-31</c>, when empty.</summary>
    [AllowEmpty]
    public string FormatDate { get; init; } = "";

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
    public Parameter<string> Option { get; init; } = "";
}

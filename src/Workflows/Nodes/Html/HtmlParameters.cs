using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Nodes.Html;

/// <summary>What is made of HTML, or made as HTML.</summary>
[CamelCase]
internal sealed record HtmlParameters
{
    /// <summary>A page from a template, values out of a page, or a table of all items.</summary>
    [OneOf("generateHtmlTemplate", "extractHtmlContent", "convertToHtmlTable")]
    public string Operation { get; init; } = "generateHtmlTemplate";

    /// <summary>The template; expressions stand in double braces.</summary>
    public Parameter<string> Html { get; init; } = "";

    /// <summary>Whether the page is in a field or a file.</summary>
    [OneOf("json", "binary")]
    public string SourceData { get; init; } = "json";

    /// <summary>The field of the page or file.</summary>
    public Parameter<string> DataPropertyName { get; init; } = "data";

    /// <summary>The values that are taken out.</summary>
    public ExtractionValues ExtractionValues { get; init; } = new();

    /// <summary>More about values and tables.</summary>
    public HtmlOptions Options { get; init; } = new();
}

/// <summary>The values that are taken out.</summary>
[CamelCase]
internal sealed record ExtractionValues
{
    /// <summary>The values.</summary>
    public IReadOnlyList<ExtractionValue> Values { get; init; } = [];
}

/// <summary>A value that is taken out.</summary>
[CamelCase]
internal sealed record ExtractionValue
{
    /// <summary>The field that it is put in.</summary>
    [Required]
    public Parameter<string> Key { get; init; } = "";

    /// <summary>Which elements, as CSS selects them.</summary>
    [Required]
    public Parameter<string> CssSelector { get; init; } = "";

    /// <summary>What of an element: its text, its HTML, an attribute, or what a form field holds.</summary>
    [OneOf("attribute", "html", "text", "value")]
    public string ReturnValue { get; init; } = "text";

    /// <summary>The attribute.</summary>
    public Parameter<string> Attribute { get; init; } = "";

    /// <summary>Elements whose text is left out, as CSS selects them.</summary>
    public Parameter<string> SkipSelectors { get; init; } = "";

    /// <summary>Whether a list of all is given.</summary>
    public bool ReturnArray { get; init; }
}

/// <summary>More about values and tables.</summary>
[CamelCase]
internal sealed record HtmlOptions
{
    /// <summary>Whether white space around values is taken away.</summary>
    public bool? TrimValues { get; init; }

    /// <summary>Whether line ends are taken away, and other white space becomes single spaces.</summary>
    public bool CleanUpText { get; init; }

    /// <summary>Whether the names of columns begin with capitals.</summary>
    public bool Capitalize { get; init; }

    /// <summary>Whether a table has no style of its own.</summary>
    public bool CustomStyling { get; init; }

    /// <summary>The caption of a table.</summary>
    public Parameter<string> Caption { get; init; } = "";

    /// <summary>Attributes of a table.</summary>
    public Parameter<string> TableAttributes { get; init; } = "";

    /// <summary>Attributes of its head.</summary>
    public Parameter<string> HeaderAttributes { get; init; } = "";

    /// <summary>Attributes of its rows.</summary>
    public Parameter<string> RowAttributes { get; init; } = "";

    /// <summary>Attributes of its cells.</summary>
    public Parameter<string> CellAttributes { get; init; } = "";
}

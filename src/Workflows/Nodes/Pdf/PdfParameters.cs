using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Nodes.Pdf;

/// <summary>What the document says, and how.</summary>
[CamelCase]
internal sealed record PdfParameters
{
    /// <summary>Stands above everything, and in the document's properties.</summary>
    public Parameter<string> Title { get; init; } = "";

    /// <summary>Paragraphs below the title; a line break begins a new one.</summary>
    public Parameter<string> Text { get; init; } = "";

    /// <summary>Whether the items are the rows of a table below the text.</summary>
    public bool Table { get; init; } = true;

    /// <summary>The columns of the table; a column for each field of the items when there are none.</summary>
    public IReadOnlyList<PdfColumn> Columns { get; init; } = [];

    /// <summary>Stands below each page, beside its number.</summary>
    public Parameter<string> Footer { get; init; } = "";

    /// <summary>The size of the pages.</summary>
    [OneOf("A4", "A5", "letter")]
    public string PageSize { get; init; } = "A4";

    /// <summary>Whether pages stand or lie.</summary>
    [OneOf("portrait", "landscape")]
    public string Orientation { get; init; } = "portrait";

    /// <summary>The size of the text in points.</summary>
    [Between(4, 72)]
    public double FontSize { get; init; } = 10;

    /// <summary>The file's name.</summary>
    public Parameter<string> FileName { get; init; } = "file.pdf";

    /// <summary>The field that the file is put in.</summary>
    public Parameter<string> BinaryPropertyName { get; init; } = "data";
}

/// <summary>A column of the table.</summary>
[CamelCase]
internal sealed record PdfColumn
{
    /// <summary>The field of the items.</summary>
    [Required]
    public string Field { get; init; } = "";

    /// <summary>What stands above the column; the field's name when absent.</summary>
    public string? Heading { get; init; }

    /// <summary>To which side; numbers to the right and the rest to the left when absent.</summary>
    [OneOf("left", "right")]
    public string? Align { get; init; }
}

using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Nodes.StickyNote;

/// <summary>A note on the canvas.</summary>
[CamelCase]
internal sealed record StickyNoteParameters
{
    /// <summary>The text, in Markdown.</summary>
    [AllowEmpty]
    public string Content { get; init; } = "";

    /// <summary>Its height on the canvas, in pixels.</summary>
    public double? Height { get; init; }

    /// <summary>Its width on the canvas, in pixels.</summary>
    public double? Width { get; init; }

    /// <summary>Its colour: the number of one of the editor's, or a hexadecimal one.</summary>
    public System.Text.Json.Nodes.JsonNode? Color { get; init; }
}

/// <summary>Never runs.</summary>
internal sealed class StickyNoteNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<StickyNoteNode, StickyNoteParameters>((_, _) => new())
    {
        Type = "sticky-note",
        Summary = "A note for people; it never runs.",
        Category = NodeCategory.Note,
        IsNote = true,
        Aliases = [new("n8n-nodes-base.stickyNote")],
    };

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context) => NodeResult.Nothing;
}

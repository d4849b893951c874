using Markdig;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Markdown;

/// <summary>What is converted into what.</summary>
[CamelCase]
internal sealed record MarkdownParameters
{
    /// <summary>The direction.</summary>
    [OneOf("markdownToHtml", "htmlToMarkdown")]
    public string Mode { get; init; } = "htmlToMarkdown";

    /// <summary>The HTML.</summary>
    public Parameter<string> Html { get; init; } = "";

    /// <summary>The Markdown.</summary>
    public Parameter<string> Markdown { get; init; } = "";

    /// <summary>The field that the result is put in.</summary>
    public Parameter<string> DestinationKey { get; init; } = "data";

    /// <summary>More about the conversion.</summary>
    public MarkdownOptions Options { get; init; } = new();
}

/// <summary>More about the conversion.</summary>
[CamelCase]
internal sealed record MarkdownOptions
{
    /// <summary>Whether tables are understood.</summary>
    public bool Tables { get; init; }

    /// <summary>Whether ~~text~~ is struck through.</summary>
    public bool Strikethrough { get; init; }

    /// <summary>Whether <c>- [ ]</c> makes a list of tasks.</summary>
    [Field("tasklists")]
    public bool TasklistSupport { get; init; }

    /// <summary>Whether headings have no ids.</summary>
    public bool NoHeaderId { get; init; }

    /// <summary>What the ids of headings begin with.</summary>
    [AllowEmpty]
    public string PrefixHeaderId { get; init; } = "";

    /// <summary>Whether ids of headings keep blanks, as hyphens.</summary>
    public bool GhCompatibleHeaderId { get; init; }

    /// <summary>The level of the highest heading.</summary>
    [Between(0, 6)]
    public int HeaderLevelStart { get; init; } = 1;

    /// <summary>Whether the result is a whole page.</summary>
    [Field("completeHTMLDocument")]
    public bool CompleteHtmlDocument { get; init; }

    /// <summary>Whether links open a new window.</summary>
    public bool OpenLinksInNewWindow { get; init; }

    /// <summary>Whether addresses become links by themselves.</summary>
    public bool SimplifiedAutoLink { get; init; }

    /// <summary>Whether a line end within a paragraph stays one.</summary>
    public bool SimpleLineBreaks { get; init; }

    /// <summary>What stands before an element of a list.</summary>
    public string BulletMarker { get; init; } = "*";

    /// <summary>What stands around words that are stressed.</summary>
    public string EmDelimiter { get; init; } = "_";

    /// <summary>What stands around words that are stressed strongly.</summary>
    public string StrongDelimiter { get; init; } = "**";
}

/// <summary>Markdown to HTML, and back.</summary>
internal sealed class MarkdownNode(MarkdownParameters parameters) : ItemNode
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<MarkdownNode, MarkdownParameters>((p, _) => new(p))
    {
        Type = "markdown",
        Summary = "Markdown to HTML, and back.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.markdown")],
        Difference = "CommonMark is read and written, not Showdown's dialect",
    };

    private readonly MarkdownPipeline _pipeline = Pipeline(parameters.Options);

    protected override void Execute(NodeContext context, int index, List<Item> output)
    {
        var item = context.Items[index];
        var result = parameters.Mode is "markdownToHtml" ? ShowdownHtml.Of(parameters.Markdown.Get(context, index), _pipeline, parameters.Options) : new HtmlToMarkdown(parameters.Options).Convert(parameters.Html.Get(context, index));
        var json = item.Json.Clone();
        ItemPaths.Set(json, parameters.DestinationKey.Get(context, index), result);
        output.Add(new Item(json) { Binary = item.Binary, PairedItems = Positions.Of(index) });
    }

    private static MarkdownPipeline Pipeline(MarkdownOptions options)
    {
        var builder = new MarkdownPipelineBuilder();
        if (options.Tables) builder.UsePipeTables();
        if (options.Strikethrough) builder.UseEmphasisExtras();
        if (options.TasklistSupport) builder.UseTaskLists();
        if (options.SimplifiedAutoLink) builder.UseAutoLinks();
        if (options.SimpleLineBreaks) builder.UseSoftlineBreakAsHardlineBreak();
        return builder.Build();
    }
}

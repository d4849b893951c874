using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.HttpRequest;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Rss;

/// <summary>Which feed is read.</summary>
[CamelCase]
internal sealed record RssParameters
{
    /// <summary>The address of the feed.</summary>
    [Required]
    public Parameter<string> Url { get; init; } = "";

    /// <summary>More about the feed.</summary>
    public RssOptions Options { get; init; } = new();
}

/// <summary>More about a feed.</summary>
[CamelCase]
internal sealed record RssOptions
{
    /// <summary>Further elements that become fields, separated by commas: <c>media:credit, dc:rights</c>.</summary>
    public Parameter<string> CustomFields { get; init; } = "";

    /// <summary>Whether certificates that nobody vouches for are taken.</summary>
    [Field("ignoreSSL")]
    public bool IgnoreSsl { get; init; }
}

/// <summary>Reads RSS and Atom feeds: an item for each entry.</summary>
internal sealed class RssNode(RssParameters parameters, NodeSetup setup) : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<RssNode, RssParameters>((p, s) => new(p, s))
    {
        Type = "rss",
        Summary = "Reads RSS and Atom feeds: an item for each entry.",
        Category = NodeCategory.Http,
        Aliases = [new("n8n-nodes-base.rssFeedRead", 1, 1.2)],
    };

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly ResponseReader _reader = new(new HttpRequest.HttpRequestOptions());

    /// <summary>n8n's first version reads one feed, however many items there are.</summary>
    private readonly bool _once = setup.IsForeign && setup.Definition.TypeVersion < 1.1;

    public override async ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        var output = new List<Item>();
        var count = _once ? Math.Min(1, context.Items.Count) : context.Items.Count;
        for (var index = 0; index < count; index++)
        {
            try
            {
                var entries = await ReadAsync(context, index);
                output.AddRange(entries.Select(e => new Item(e) { PairedItems = Positions.Of(index) }));
            }
            catch (NodeException e) when (context.ContinueOnFail)
            {
                output.Add(context.Failed(index, e));
            }
        }

        return NodeResult.Of(output);
    }

    private async Task<List<JsObject>> ReadAsync(NodeContext context, int index)
    {
        var url = parameters.Url.Get(context, index).Trim();
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new NodeException($"'{url}' is no address that begins with http:// or https://") { ItemIndex = index, Retryable = false };
        var call = new HttpCall { Method = "GET", Url = address, Route = new HttpRoute(context.Services.GuardsAddresses(context.Run.Request.Tenant), parameters.Options.IgnoreSsl), Timeout = Longest };
        call.Headers.Add(new("Accept", "application/rss+xml, application/rdf+xml;q=0.8, application/atom+xml;q=0.6, application/xml;q=0.4, text/xml;q=0.4"));
        var answer = await _reader.FetchAsync(context, call, index);
        _reader.ThrowIfFailed(answer, index, context.Time);
        var more = parameters.Options.CustomFields.Get(context, index).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return Feed.Read(answer.Body, more) is { } entries ? entries : throw new NodeException($"what {address.Host} answered is no RSS or Atom feed") { ItemIndex = index, Retryable = false };
    }
}

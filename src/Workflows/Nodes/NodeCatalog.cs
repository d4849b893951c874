using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Nodes.Aggregate;
using Sluice.Workflows.Nodes.Airtable;
using Sluice.Workflows.Nodes.Calendars;
using Sluice.Workflows.Nodes.CatApi;
using Sluice.Workflows.Nodes.Code;
using Sluice.Workflows.Nodes.CompareDatasets;
using Sluice.Workflows.Nodes.Compression;
using Sluice.Workflows.Nodes.ConvertToFile;
using Sluice.Workflows.Nodes.Crypto;
using Sluice.Workflows.Nodes.Dates;
using Sluice.Workflows.Nodes.Discord;
using Sluice.Workflows.Nodes.Email;
using Sluice.Workflows.Nodes.ErrorTrigger;
using Sluice.Workflows.Nodes.ExecuteWorkflow;
using Sluice.Workflows.Nodes.ExtractFromFile;
using Sluice.Workflows.Nodes.FakeStore;
using Sluice.Workflows.Nodes.Filter;
using Sluice.Workflows.Nodes.Form;
using Sluice.Workflows.Nodes.GitHub;
using Sluice.Workflows.Nodes.GitLab;
using Sluice.Workflows.Nodes.GoogleSheets;
using Sluice.Workflows.Nodes.GraphQl;
using Sluice.Workflows.Nodes.Grpc;
using Sluice.Workflows.Nodes.Html;
using Sluice.Workflows.Nodes.HttpRequest;
using Sluice.Workflows.Nodes.HubSpot;
using Sluice.Workflows.Nodes.If;
using Sluice.Workflows.Nodes.ItemLists;
using Sluice.Workflows.Nodes.Jwt;
using Sluice.Workflows.Nodes.Limit;
using Sluice.Workflows.Nodes.ManualTrigger;
using Sluice.Workflows.Nodes.Markdown;
using Sluice.Workflows.Nodes.Merge;
using Sluice.Workflows.Nodes.MoveBinaryData;
using Sluice.Workflows.Nodes.NewsApi;
using Sluice.Workflows.Nodes.NoOp;
using Sluice.Workflows.Nodes.Notion;
using Sluice.Workflows.Nodes.OpenAi;
using Sluice.Workflows.Nodes.OpenWeather;
using Sluice.Workflows.Nodes.Pdf;
using Sluice.Workflows.Nodes.RabbitMq;
using Sluice.Workflows.Nodes.Redis;
using Sluice.Workflows.Nodes.RemoveDuplicates;
using Sluice.Workflows.Nodes.RenameKeys;
using Sluice.Workflows.Nodes.RespondToWebhook;
using Sluice.Workflows.Nodes.Rss;
using Sluice.Workflows.Nodes.S3;
using Sluice.Workflows.Nodes.Salesforce;
using Sluice.Workflows.Nodes.Schedule;
using Sluice.Workflows.Nodes.Set;
using Sluice.Workflows.Nodes.Slack;
using Sluice.Workflows.Nodes.Soap;
using Sluice.Workflows.Nodes.Sort;
using Sluice.Workflows.Nodes.SplitInBatches;
using Sluice.Workflows.Nodes.SplitOut;
using Sluice.Workflows.Nodes.Spreadsheets;
using Sluice.Workflows.Nodes.Sql;
using Sluice.Workflows.Nodes.Sse;
using Sluice.Workflows.Nodes.StickyNote;
using Sluice.Workflows.Nodes.StopAndError;
using Sluice.Workflows.Nodes.Stripe;
using Sluice.Workflows.Nodes.Summarize;
using Sluice.Workflows.Nodes.Switch;
using Sluice.Workflows.Nodes.Telegram;
using Sluice.Workflows.Nodes.Template;
using Sluice.Workflows.Nodes.Twilio;
using Sluice.Workflows.Nodes.Wait;
using Sluice.Workflows.Nodes.WebSocket;
using Sluice.Workflows.Nodes.Webhook;
using Sluice.Workflows.Nodes.Xml;

namespace Sluice.Workflows.Nodes;

/// <summary>Every node type that is built. A new one is one folder under Nodes/ and one line here.</summary>
public static class NodeCatalog
{
    /// <summary>In the order of the catalogue: by category, then by name.</summary>
    public static IReadOnlyList<NodeDescriptor> All { get; } =
    [
        OlderTriggers.Cron,
        ErrorTriggerNode.Descriptor,
        ExecuteWorkflowTriggerNode.Descriptor,
        FormNode.Descriptor,
        OlderTriggers.Interval,
        ManualTriggerNode.Descriptor,
        RabbitTriggerNode.Descriptor,
        ScheduleNode.Descriptor,
        WebhookNode.Descriptor,

        ExecuteWorkflowNode.Descriptor,
        FilterNode.Descriptor,
        FormPageNode.Descriptor,
        IfNode.Descriptor,
        MergeNode.Descriptor,
        NoOpNode.Descriptor,
        RespondToWebhookNode.Descriptor,
        SplitInBatchesNode.Descriptor,
        StopAndErrorNode.Descriptor,
        SwitchNode.Descriptor,
        WaitNode.Descriptor,

        AggregateNode.Descriptor,
        CalendarFile.Descriptor,
        CodeNode.Descriptor,
        CompareDatasetsNode.Descriptor,
        CompressionNode.Descriptor,
        ConvertToFileNode.Descriptor,
        CryptoNode.Descriptor,
        DateTimeNode.Descriptor,
        ExtractFromFileNode.Descriptor,
        FormatDateNode.Descriptor,
        CodeNode.FunctionDescriptor,
        CodeNode.FunctionItemDescriptor,
        HtmlNode.Descriptor,
        ItemListsNode.Descriptor,
        JwtNode.Descriptor,
        LimitNode.Descriptor,
        MarkdownNode.Descriptor,
        MoveBinaryDataNode.Descriptor,
        PdfNode.Descriptor,
        RemoveDuplicatesNode.Descriptor,
        RenameKeysNode.Descriptor,
        SetNode.Descriptor,
        SortNode.Descriptor,
        SplitOutNode.Descriptor,
        SpreadsheetFile.Descriptor,
        SummarizeNode.Descriptor,
        TemplateNode.Descriptor,
        XmlNode.Descriptor,

        EmailNode.Descriptor,
        GraphQlNode.Descriptor,
        GrpcNode.Descriptor,
        HttpRequestNode.Descriptor,
        RssNode.Descriptor,
        SoapNode.Descriptor,
        SseNode.Descriptor,
        WebSocketNode.Descriptor,

        PostgresNode.Descriptor,
        RabbitNode.Descriptor,
        RedisNode.Descriptor,
        S3Node.Descriptor,
        SqliteNode.Descriptor,

        AirtableNode.Descriptor,
        CatApiNode.Descriptor,
        DiscordNode.Descriptor,
        FakeStoreNode.Descriptor,
        GitHubNode.Descriptor,
        GitLabNode.Descriptor,
        GoogleSheetsNode.Descriptor,
        HubSpotNode.Descriptor,
        NewsApiNode.Descriptor,
        NotionNode.Descriptor,
        OpenAiNode.Descriptor,
        OpenWeatherNode.Descriptor,
        SalesforceNode.Descriptor,
        SlackNode.Descriptor,
        StripeNode.Descriptor,
        TelegramNode.Descriptor,
        TwilioNode.Descriptor,

        StickyNoteNode.Descriptor,
    ];

    private static readonly ConcurrentDictionary<string, NodeDescriptor> ByType = new(All.Select(d => KeyValuePair.Create(d.Type, d)), StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, (NodeDescriptor Descriptor, NodeAlias Alias)> ByAlias =
        All.SelectMany(d => d.Aliases.Select(a => (Descriptor: d, Alias: a))).ToFrozenDictionary(a => a.Alias.Type, StringComparer.Ordinal);

    /// <summary>Makes another node type known, under a name that none has yet: one of a host or of a test.</summary>
    public static void Add(NodeDescriptor descriptor)
    {
        if (!ByType.TryAdd(descriptor.Type, descriptor)) throw new ArgumentException($"there is a node type '{descriptor.Type}' already", nameof(descriptor));
    }

    /// <summary>Makes a node type unknown that was added.</summary>
    internal static void Remove(string type) => ByType.TryRemove(type, out _);

    /// <summary>The node type of that name.</summary>
    /// <param name="type">Ours or n8n's.</param>
    /// <param name="version">Which version of n8n's node the parameters are of.</param>
    /// <returns>The type, or what is wrong with the name or version, and whether it is n8n's name.</returns>
    public static (NodeDescriptor? Descriptor, (string Field, string Message)? Refusal, bool IsAlias) Find(string type, double version)
    {
        if (ByType.TryGetValue(type, out var own)) return (own, null, false);
        if (ByAlias.TryGetValue(type, out var found))
        {
            if (version >= found.Alias.From && version <= found.Alias.To) return (found.Descriptor, null, true);
            return (null, ("typeVersion", string.Create(CultureInfo.InvariantCulture, $"version {version} of {type} is not known; versions {found.Alias.From} to {found.Alias.To} are")), true);
        }

        if (!type.Contains('.', StringComparison.Ordinal)) return (null, ("type", $"there is no node type '{type}'{Naming.DidYouMean(type, ByType.Keys)}"), false);
        return (null, ("type", $"{type}: {ForeignTypes.Why(type)}"), true);
    }
}

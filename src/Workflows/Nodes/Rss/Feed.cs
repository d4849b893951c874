using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Rss;

/// <summary>The entries of a feed, in the fields that the npm package rss-parser gives them, which n8n uses.</summary>
internal static partial class Feed
{
    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true, MaxCharactersInDocument = 64 << 20 };

    private static readonly (string Element, string Field)[] ItemFields =
    [
        ("author", "creator"), ("dc:creator", "creator"), ("dc:date", "date"), ("dc:language", "language"), ("dc:rights", "rights"), ("dc:source", "source"), ("dc:title", "title"),
        ("title", "title"), ("link", "link"), ("pubDate", "pubDate"), ("author", "author"), ("summary", "summary"), ("content:encoded", "content:encoded"), ("dc:creator", "dc:creator"), ("dc:date", "dc:date"), ("comments", "comments"),
    ];

    /// <summary>Prefixes as feeds write them, whatever they are bound to.</summary>
    private static readonly Dictionary<string, string> Prefixes = new(StringComparer.Ordinal)
    {
        ["http://purl.org/dc/elements/1.1/"] = "dc:",
        ["http://purl.org/rss/1.0/modules/content/"] = "content:",
        ["http://www.w3.org/2005/Atom"] = "",
        ["http://purl.org/rss/1.0/"] = "",
    };

    /// <summary>The entries in the order of the feed; null when this is none.</summary>
    /// <param name="more">Further elements that become fields.</param>
    public static List<JsObject>? Read(ReadOnlyMemory<byte> content, IReadOnlyCollection<string> more)
    {
        XElement? root;
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(content.ToArray()), Settings);
            root = XDocument.Load(reader).Root;
        }
        catch (Exception broken) when (broken is XmlException or ArgumentException or NotSupportedException)
        {
            return null;
        }

        try
        {
            return Entries(root, more);
        }
        catch (RegexMatchTimeoutException)
        {
            // Markup that begins a million tags and ends none.
            return null;
        }
    }

    private static List<JsObject>? Entries(XElement? root, IReadOnlyCollection<string> more) => root?.Name.LocalName switch
    {
        "feed" => [.. root.Elements().Where(e => e.Name.LocalName is "entry").Select(e => Atom(e, more))],
        "rss" => [.. root.Elements().Where(e => e.Name.LocalName is "channel").Elements().Where(e => e.Name.LocalName is "item").Select(e => Rss(e, more))],
        "RDF" => [.. root.Elements().Where(e => e.Name.LocalName is "item").Select(e => Rss(e, more))],
        _ => null,
    };

    private static JsObject Rss(XElement entry, IReadOnlyCollection<string> more)
    {
        var item = new JsObject();
        Copy(entry, item, more);
        if (item["content:encoded"].AsString is { } encoded) item.Set("content:encodedSnippet", Snippet(encoded));
        if (First(entry, "enclosure") is { } enclosure) item.Set("enclosure", Attributes(enclosure));
        if (First(entry, "description") is { } description)
        {
            item.Set("content", Inner(description));
            item.Set("contentSnippet", Snippet(Inner(description)));
        }

        if (First(entry, "guid") is { } guid) item.Set("guid", guid.Value);
        var categories = All(entry, "category").Select(c => (JsValue)c.Value).ToList();
        if (categories.Count > 0) item.Set("categories", new JsArray([.. categories]));
        AddIsoDate(item);
        return item;
    }

    private static JsObject Atom(XElement entry, IReadOnlyCollection<string> more)
    {
        var item = new JsObject();
        Copy(entry, item, more);
        item.Remove("creator");
        item.Remove("link");
        if (First(entry, "title") is { } title) item.Set("title", title.Value);
        var links = All(entry, "link").ToList();
        if ((links.Find(l => (string?)l.Attribute("rel") is "alternate") ?? links.FirstOrDefault())?.Attribute("href") is { } link) item.Set("link", link.Value);
        if ((First(entry, "published") ?? First(entry, "updated"))?.Value is { } date) item.Set("pubDate", Iso(date) ?? date);
        if (First(entry, "author")?.Elements().FirstOrDefault(e => e.Name.LocalName is "name") is { } author) item.Set("author", author.Value);
        else item.Remove("author");
        if (First(entry, "content") is { } content)
        {
            item.Set("content", Inner(content));
            item.Set("contentSnippet", Snippet(Inner(content)));
        }

        if (First(entry, "summary") is { } summary) item.Set("summary", Inner(summary));
        if (First(entry, "id") is { } id) item.Set("id", id.Value);
        AddIsoDate(item);
        return item;
    }

    private static void Copy(XElement entry, JsObject item, IReadOnlyCollection<string> more)
    {
        foreach (var (element, field) in ItemFields)
            if (First(entry, element) is { } found) item.Set(field, found.Value);
        foreach (var element in more)
            if (First(entry, element) is { } found) item.Set(element, found.HasElements || found.Value.Length > 0 || !found.HasAttributes ? Inner(found) : new JsObject { ["$"] = Attributes(found) });
    }

    private static JsObject Attributes(XElement element)
    {
        var attributes = new JsObject();
        foreach (var attribute in element.Attributes().Where(a => !a.IsNamespaceDeclaration)) attributes.Set(attribute.Name.LocalName, attribute.Value);
        return attributes;
    }

    private static void AddIsoDate(JsObject item)
    {
        if ((item["pubDate"].AsString ?? item["date"].AsString) is { } date && Iso(date) is { } iso) item.Set("isoDate", iso);
    }

    private static string? Iso(string date) =>
        DateTexts.TryRead(date.Trim(), out var milliseconds) && milliseconds is > -62_135_596_800_000 and < 253_402_300_800_000
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) : null;

    private static XElement? First(XElement entry, string name) => All(entry, name).FirstOrDefault();

    private static IEnumerable<XElement> All(XElement entry, string name) => entry.Elements().Where(e => string.Equals(NameOf(e), name, StringComparison.Ordinal));

    private static string NameOf(XElement element) =>
        element.Name.NamespaceName.Length == 0 ? element.Name.LocalName
        : (Prefixes.TryGetValue(element.Name.NamespaceName, out var prefix) ? prefix : element.GetPrefixOfNamespace(element.Name.Namespace) is { } own ? own + ":" : "") + element.Name.LocalName;

    /// <summary>Text as it is, markup as markup.</summary>
    private static string Inner(XElement element) => element.HasElements ? string.Concat(element.Nodes().Select(n => n.ToString(SaveOptions.DisableFormatting))) : element.Value;

    private static string Snippet(string html) => WebUtility.HtmlDecode(Tags().Replace(Blocks().Replace(html, "$1\n$3"), "")).Trim();

    [GeneratedRegex(@"([^\n])</?(h|br|p|ul|ol|li|blockquote|section|table|tr|div)[^>]*>([^\n])", RegexOptions.None, 1000)]
    private static partial Regex Blocks();

    [GeneratedRegex("<[^>]*>", RegexOptions.None, 1000)]
    private static partial Regex Tags();
}

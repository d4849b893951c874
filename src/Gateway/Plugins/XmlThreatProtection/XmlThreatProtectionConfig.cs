using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Plugins.XmlThreatProtection;

/// <summary>How large and how complicated XML in requests may be. Sizes are bytes of UTF-8.</summary>
internal sealed record XmlThreatProtectionConfig : IChecked
{
    private const int Kilobyte = 1024;
    private const int Megabyte = 1024 * 1024;

    /// <summary>The Content-Types whose bodies are checked; <c>*/xml</c> and <c>application/*</c> too.</summary>
    public IReadOnlyList<string> CheckedContentTypes { get; init; } = ["application/xml"];

    /// <summary>The Content-Types whose bodies pass unlooked at; others are refused.</summary>
    public IReadOnlyList<string> AllowedContentTypes { get; init; } = [];

    /// <summary>Whether a document may have a document type declaration.</summary>
    public bool AllowDtd { get; init; }

    /// <summary>Whether prefixes are read as namespaces.</summary>
    public bool NamespaceAware { get; init; } = true;

    /// <summary>The most elements inside each other.</summary>
    [GreaterThan(0)]
    public int MaxDepth { get; init; } = 50;

    /// <summary>The most children of an element: elements, comments, processing instructions and texts (adjacent text and CDATA count as one).</summary>
    [GreaterThan(0)]
    public int MaxChildren { get; init; } = 100;

    /// <summary>The most attributes of an element; without <see cref="NamespaceAware"/> declarations of namespaces count too.</summary>
    [GreaterThan(0)]
    public int MaxAttributes { get; init; } = 100;

    /// <summary>The most namespaces that an element may declare.</summary>
    [GreaterThan(0)]
    public int MaxNamespaces { get; init; } = 20;

    /// <summary>The largest document.</summary>
    [Between(1, 256 * Megabyte)]
    public int Document { get; init; } = 10 * Megabyte;

    /// <summary>The most that the start tag of one element may come to, its name and attributes together.</summary>
    [GreaterThan(0)]
    public int Buffer { get; init; } = Megabyte;

    /// <summary>The largest comment.</summary>
    [GreaterThan(0)]
    public int Comment { get; init; } = Kilobyte;

    /// <summary>The largest name of an element or attribute, without its prefix.</summary>
    [GreaterThan(0)]
    public int Localname { get; init; } = Kilobyte;

    /// <summary>The largest prefix.</summary>
    [GreaterThan(0)]
    public int Prefix { get; init; } = Kilobyte;

    /// <summary>The largest URI of a namespace.</summary>
    [GreaterThan(0)]
    public int Namespaceuri { get; init; } = Kilobyte;

    /// <summary>The largest value of an attribute.</summary>
    [GreaterThan(0)]
    public int Attribute { get; init; } = Megabyte;

    /// <summary>The largest text, adjacent text and CDATA together.</summary>
    [GreaterThan(0)]
    public int Text { get; init; } = Megabyte;

    /// <summary>The largest target of a processing instruction.</summary>
    [GreaterThan(0)]
    public int Pitarget { get; init; } = Kilobyte;

    /// <summary>The largest content of a processing instruction.</summary>
    [GreaterThan(0)]
    public int Pidata { get; init; } = Kilobyte;

    /// <summary>The largest name of an entity that is declared.</summary>
    [GreaterThan(0)]
    public int Entityname { get; init; } = Kilobyte;

    /// <summary>The largest value of an entity that is declared.</summary>
    [GreaterThan(0)]
    public int Entity { get; init; } = Kilobyte;

    /// <summary>The largest system identifier, public identifier or notation of an entity that is declared.</summary>
    [GreaterThan(0)]
    public int Entityproperty { get; init; } = Kilobyte;

    /// <summary>How many times larger than the document what its entities stand for may be, from <see cref="BlaThreshold"/> on.</summary>
    [GreaterThan(1)]
    public double BlaMaxAmplification { get; init; } = 100;

    /// <summary>How much entities may stand for before <see cref="BlaMaxAmplification"/> counts.</summary>
    [GreaterThan(1024)]
    public int BlaThreshold { get; init; } = 8 * Megabyte;

    public void Check(Action<string, string> report)
    {
        if (AllowDtd && !NamespaceAware) report("allow_dtd", "needs namespace_aware: entities are bounded only where namespaces are read");
        foreach (var (field, types) in new[] { ("checked_content_types", CheckedContentTypes), ("allowed_content_types", AllowedContentTypes) })
            foreach (var type in types)
                if (Validating.MediaType.Parse(type) is null) report(field, $"'{type}' is no media type");
    }
}

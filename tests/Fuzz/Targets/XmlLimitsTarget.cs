using System.Xml;
using Sluice.Gateway.Plugins.XmlThreatProtection;

namespace Sluice.Fuzz.Targets;

/// <summary>XML held against limits. What passes without a document type is a document that the framework reads too.</summary>
internal sealed class XmlLimitsTarget() : FuzzTarget("xml-limits")
{
    private readonly XmlLimits strict = new(new XmlThreatProtectionConfig());

    private readonly XmlLimits open = new(new XmlThreatProtectionConfig { AllowDtd = true, BlaThreshold = 100_000, BlaMaxAmplification = 10 });

    private readonly XmlLimits flat = new(new XmlThreatProtectionConfig { NamespaceAware = false });

    public override IReadOnlyList<byte[]> Pieces { get; } = AllOf(
        "<a", ">", "/>", "</a>", " x='", "'", "<!DOCTYPE a [", "]>", "<!ENTITY e '", "<!ENTITY % p SYSTEM 'x'>", "&e;", "%p;", "&#x0;", "&#65;", "<![CDATA[", "]]>", "<!--", "-->", "<?x", "?>", "xmlns:b='u'", "b:",
        "<?xml version='1.0' encoding='utf-16'?>", "\u00e4", "\0");

    protected override IEnumerable<byte[]> Samples => AllOf(
        "<?xml version='1.0'?><a xmlns='u' xmlns:b='v' x='1'><b:c>text<![CDATA[more]]></b:c><!--c--><?p i?></a>",
        "<!DOCTYPE a [<!ENTITY e 'ee'><!ENTITY f '&e;&e;'><!ATTLIST a x CDATA 'd'>]><a y='&f;'>&f;</a>",
        "<!DOCTYPE a SYSTEM 'file:///none' [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>");

    protected override void Run(byte[] input)
    {
        open.Check(input);
        flat.Check(input);
        if (strict.Check(input) is null) Read(input).ShouldBeTrue();
    }

    private static bool Read(byte[] input)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(input), new XmlReaderSettings { XmlResolver = null });
            while (reader.Read())
            {
                // To its end.
            }

            return true;
        }
        catch (XmlException)
        {
            return false;
        }
    }
}

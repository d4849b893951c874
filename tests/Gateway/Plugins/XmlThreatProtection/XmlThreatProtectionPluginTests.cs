using System.Text;
using Sluice.Gateway.Plugins.XmlThreatProtection;

namespace Sluice.Gateway.Tests.Plugins.XmlThreatProtection;

public sealed class XmlThreatProtectionPluginTests
{
    private static readonly XmlThreatProtectionConfig Small = new()
    {
        AllowDtd = true, MaxDepth = 3, MaxChildren = 3, MaxAttributes = 2, MaxNamespaces = 1, Document = 100_000, Buffer = 60, Comment = 5, Localname = 8, Prefix = 3,
        Namespaceuri = 10, Attribute = 20, Text = 10, Pitarget = 4, Pidata = 5, Entityname = 4, Entity = 6, Entityproperty = 7,
    };

    [Theory]
    [InlineData("<a><b><c/></b></a>", null)]
    [InlineData("<a><b><c><d/></c></b></a>", "too deeply")]
    [InlineData("<a><b/><b/><b/></a>", null)]
    [InlineData("<a><b/><b/><b/><b/></a>", "too many children")]
    [InlineData("<a>1<![CDATA[2]]>3<b/>4</a>", null)]
    [InlineData("<a>1<b/>2<!--c-->3</a>", "too many children")]
    [InlineData("<a x='1' y='2'/>", null)]
    [InlineData("<a x='1' y='2' z='3'/>", "too many attributes")]
    [InlineData("<a xmlns='u' x='1' y='2'/>", null)]
    [InlineData("<a xmlns='u' xmlns:b='v'/>", "too many namespaces")]
    [InlineData("<a xmlns='01234567890'/>", "URI of a namespace")]
    [InlineData("<long:a xmlns:long='u'/>", "prefix")]
    [InlineData("<abcdefghi/>", "name is too long")]
    [InlineData("<a abcdefghi='1'/>", "name is too long")]
    [InlineData("<a x='012345678901234567890'/>", "attribute is too long")]
    [InlineData("<a x='01234567890123456789' yyyyyyyy='01234567890123456789' xmlns:b='0123456789'/>", "start tag is too long")]
    [InlineData("<a>01234567890</a>", "text is too long")]
    [InlineData("<a>012345<![CDATA[67890]]></a>", "text is too long")]
    [InlineData("<a>äöüßéñ</a>", "text is too long")]
    [InlineData("<a><!--123456--></a>", "comment is too long")]
    [InlineData("<?targ data?><a/>", null)]
    [InlineData("<?targe data?><a/>", "target of a processing instruction")]
    [InlineData("<?t 123456?><a/>", "processing instruction is too long")]
    [InlineData("<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", null)]
    [InlineData("<!DOCTYPE a [<!ENTITY abcde 'x'>]><a/>", "name of an entity")]
    [InlineData("<!DOCTYPE a [<!ENTITY e '1234567'>]><a/>", "an entity is too long")]
    [InlineData("<!DOCTYPE a [<!ENTITY % e '1234567'>]><a/>", "an entity is too long")]
    [InlineData("<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///x'>]><a/>", "property of an entity")]
    [InlineData("<!DOCTYPE a [<!ENTITY e '12345'>]><a>&e;&e;&e;</a>", "text is too long")]
    [InlineData("<a><b></a>", "not well-formed")]
    [InlineData("<a/><b/>", "not well-formed")]
    [InlineData("hello", "not well-formed")]
    [InlineData("<?xml version='1.0' encoding='nonsense'?><a/>", "")]
    public void Limits_are_held(string xml, string? problem)
    {
        var found = new XmlLimits(Small).Check(Encoding.UTF8.GetBytes(xml));
        if (problem is null) found.ShouldBeNull();
        else found.ShouldNotBeNull().ShouldContain(problem);
    }

    [Fact]
    public void A_document_type_is_refused_unless_it_is_allowed() =>
        new XmlLimits(new XmlThreatProtectionConfig()).Check("<!DOCTYPE a><a/>"u8.ToArray()).ShouldNotBeNull().ShouldContain("document type declaration is not allowed");

    [Fact]
    public void A_billion_laughs_are_cut_off()
    {
        var bomb = new StringBuilder("<!DOCTYPE a [<!ENTITY l0 'lol'>");
        for (var i = 1; i < 10; i++) bomb.Append($"<!ENTITY l{i} '").Append(string.Concat(Enumerable.Repeat($"&l{i - 1};", 10))).Append("'>");
        bomb.Append("]>");
        var limits = new XmlLimits(new XmlThreatProtectionConfig { AllowDtd = true, Text = 1_000_000_000 });
        limits.Check(Encoding.UTF8.GetBytes(bomb + "<a>&l9;</a>")).ShouldNotBeNull().ShouldContain("stand for too much");
        limits.Check(Encoding.UTF8.GetBytes(bomb + "<a b='&l9;'/>")).ShouldNotBeNull().ShouldContain("stand for too much");
        limits.Check(Encoding.UTF8.GetBytes(bomb + "<a>&l3;</a>")).ShouldBeNull();
    }

    [Fact]
    public void A_quadratic_bomb_is_cut_off()
    {
        var bomb = $"<!DOCTYPE a [<!ENTITY e '{new string('e', 50_000)}'>]><a>{string.Concat(Enumerable.Repeat("<b>&e;</b>", 20_000))}</a>";
        var limits = new XmlLimits(new XmlThreatProtectionConfig { AllowDtd = true, MaxChildren = 1_000_000, Entity = 100_000, BlaMaxAmplification = 20 });
        limits.Check(Encoding.UTF8.GetBytes(bomb)).ShouldNotBeNull().ShouldContain("stand for too much");
    }

    [Theory]
    [InlineData("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>")]
    [InlineData("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>")]
    [InlineData("<!DOCTYPE a [<!ENTITY % x SYSTEM 'http://127.0.0.1:1/'> %x;]><a/>")]
    public void Nothing_outside_is_fetched(string xml) =>
        new XmlLimits(new XmlThreatProtectionConfig { AllowDtd = true }).Check(Encoding.UTF8.GetBytes(xml)).ShouldBeNull();

    [Fact]
    public void Without_namespaces_prefixes_are_letters()
    {
        var limits = new XmlLimits(new XmlThreatProtectionConfig { NamespaceAware = false, MaxAttributes = 1 });
        limits.Check("<b:a/>"u8.ToArray()).ShouldBeNull();
        limits.Check("<a xmlns='u' x='1'/>"u8.ToArray()).ShouldNotBeNull().ShouldContain("too many attributes");
        limits.Check("<!DOCTYPE a><a/>"u8.ToArray()).ShouldNotBeNull().ShouldContain("not allowed");
    }

    [Theory]
    [InlineData("application/xml", "<a><!--123456--></a>", 400)]
    [InlineData("application/xml; charset=utf-8", "<a/>", 200)]
    [InlineData("Application/XML", "<a>", 400)]
    [InlineData("application/json", "not looked at", 200)]
    [InlineData("text/plain", "hello", 400)]
    [InlineData("nonsense", "<a/>", 400)]
    [InlineData(null, "<a/>", 400)]
    [InlineData(null, null, 200)]
    [InlineData("application/xml", null, 200)]
    public async Task The_content_type_decides_what_is_checked(string? type, string? body, int status)
    {
        var harness = new PluginHarness().Use("xml-threat-protection", Small with { AllowedContentTypes = ["application/json"] });
        var result = await harness.SendAsync("/", "POST", type is null ? null : [("Content-Type", type)], body is null ? null : Encoding.UTF8.GetBytes(body));
        result.Status.ShouldBe(status);
    }

    [Fact]
    public async Task Too_large_a_document_is_refused() =>
        (await new PluginHarness().Use("xml-threat-protection", Small).SendAsync("/", "POST", [("Content-Type", "application/xml")], new byte[100_001])).Status.ShouldBe(400);

    [Fact]
    public void Random_documents_never_throw()
    {
        string[] pieces = ["<a", ">", "/>", "</a>", " x='", "'", "<!DOCTYPE a [", "]>", "<!ENTITY e '", "<!ENTITY % p SYSTEM 'x'>", "&e;", "%p;", "&#x0;", "&#65;", "<![CDATA[", "]]>", "<!--", "-->", "<?x", "?>", "\u00e4", "\0", "xmlns:b='", "b:", " "];
        var random = new Random(3);
        var limits = new XmlLimits(new XmlThreatProtectionConfig { AllowDtd = true });
        for (var i = 0; i < 10_000; i++)
            limits.Check(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)]))));
    }
}

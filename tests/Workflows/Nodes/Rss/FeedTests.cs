using System.Text;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Rss;

namespace Sluice.Workflows.Tests.Nodes.Rss;

public sealed class FeedTests
{
    [Fact]
    public void Rss_2_gives_what_n8n_gives()
    {
        var items = Read("""
            <?xml version="1.0" encoding="UTF-8"?>
            <rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/">
              <channel><title>Feed</title>
                <item>
                  <title>Bread &amp; butter</title><link>https://x.test/1</link><pubDate>Wed, 02 Oct 2024 15:00:00 +0200</pubDate><dc:creator>Ann</dc:creator>
                  <description><![CDATA[<p>One</p><p>t&eacute;wo</p>]]></description><content:encoded><![CDATA[<b>all</b>]]></content:encoded>
                  <guid isPermaLink="false">id-1</guid><category>a</category><category>b</category><enclosure url="https://x.test/1.mp3" length="7" type="audio/mpeg"/><media:credit>Bob</media:credit>
                </item>
                <item><title>Bare</title><pubDate>soon</pubDate></item>
              </channel>
            </rss>
            """, "media:credit");
        items.Select(i => JsJson.WriteString(i)).ShouldBe([
            """{"creator":"Ann","title":"Bread & butter","link":"https://x.test/1","pubDate":"Wed, 02 Oct 2024 15:00:00 +0200","content:encoded":"<b>all</b>","dc:creator":"Ann","media:credit":"Bob","content:encodedSnippet":"all","enclosure":{"url":"https://x.test/1.mp3","length":"7","type":"audio/mpeg"},"content":"<p>One</p><p>t&eacute;wo</p>","contentSnippet":"One\nt\u00e9wo","guid":"id-1","categories":["a","b"],"isoDate":"2024-10-02T13:00:00.000Z"}""".Replace("\\u00e9", "é"),
            """{"title":"Bare","pubDate":"soon"}""",
        ]);
    }

    [Fact]
    public void Atom_gives_what_n8n_gives() =>
        JsJson.WriteString(Read("""
            <feed xmlns="http://www.w3.org/2005/Atom">
              <title>Feed</title>
              <entry>
                <title type="html">New</title><link rel="self" href="https://x.test/self"/><link rel="alternate" href="https://x.test/2"/><id>urn:2</id>
                <updated>2024-10-02T15:00:00+02:00</updated><author><name>Ann</name><email>a@x.test</email></author>
                <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Hi <b>you</b></div></content><summary>short</summary>
              </entry>
            </feed>
            """).ShouldHaveSingleItem()).ShouldBe(
            """{"title":"New","author":"Ann","summary":"short","link":"https://x.test/2","pubDate":"2024-10-02T13:00:00.000Z","content":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Hi <b>you</b></div>","contentSnippet":"Hi you","id":"urn:2","isoDate":"2024-10-02T13:00:00.000Z"}""");

    [Fact]
    public void Rss_1_lists_its_items_beside_the_channel() =>
        Read("""
            <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:d="http://purl.org/dc/elements/1.1/">
              <channel rdf:about="x"><title>Feed</title></channel><item rdf:about="y"><title>Old</title><d:date>2003-12-13T18:30:02Z</d:date></item>
            </rdf:RDF>
            """).ShouldHaveSingleItem()["isoDate"].AsString.ShouldBe("2003-12-13T18:30:02.000Z");

    [Theory]
    [InlineData("")]
    [InlineData("<html><body/></html>")]
    [InlineData("<rss")]
    [InlineData("{\"a\": 1}")]
    [InlineData("<!DOCTYPE rss [<!ENTITY a \"x\">]><rss><channel><item><title>&a;</title></item></channel></rss>")]
    public void What_is_no_feed_gives_nothing(string text) => Feed.Read(Encoding.UTF8.GetBytes(text), []).ShouldBeNull();

    private static List<JsObject> Read(string xml, params string[] more) => Feed.Read(Encoding.UTF8.GetBytes(xml), more)!;
}

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Tests.Nodes.Pdf;

public sealed class PdfNodeTests
{
    [Fact]
    public async Task Title_text_and_table_are_on_the_page()
    {
        var pdf = await MakeAsync("""{"title": "Report (1)", "text": "Grüße für 12 €", "footer": "alice"}""", """[{"name": "Ada", "total": 12.5}, {"name": "漢", "total": 3}]""");
        Texts(pdf).ShouldBe(["Report \\(1\\)", "Gr\u00FC\u00DFe f\u00FCr 12 \u0080", "name", "total", "Ada", "12.5", "?", "3", "alice", "1 / 1"]);
        pdf.ShouldContain("/Title <FEFF" + Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes("Report (1)")));
    }

    [Fact]
    public async Task A_long_table_goes_on_with_its_headings_on_every_page()
    {
        var rows = "[" + string.Join(',', Enumerable.Range(1, 150).Select(i => $$"""{"row": {{i}}, "text": "{{new string('x', 300)}} end"}""")) + "]";
        var pdf = await MakeAsync("{}", rows);
        var pages = Regex.Count(pdf, "/Type /Page ", RegexOptions.None, TimeSpan.FromSeconds(10));
        pages.ShouldBeGreaterThan(3);
        Texts(pdf).Count(t => t == "row").ShouldBe(pages);
        Texts(pdf).Count(t => t.EndsWith("end", StringComparison.Ordinal)).ShouldBe(150);
        for (var i = 1; i <= 150; i++) Texts(pdf).ShouldContain(i.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task The_index_of_the_file_is_right()
    {
        var pdf = await MakeAsync("""{"title": "x", "columns": [{"field": "a.b", "heading": "B", "align": "right"}], "pageSize": "A5", "orientation": "landscape"}""", """[{"a": {"b": "ä"}}]""");
        pdf.ShouldStartWith("%PDF-1.4\n");
        pdf.ShouldContain("/MediaBox [0 0 595 420]");
        var start = int.Parse(Regex.Match(pdf, @"startxref\n(\d+)\n%%EOF\n$", RegexOptions.None, TimeSpan.FromSeconds(10)).Groups[1].Value, CultureInfo.InvariantCulture);
        var offsets = Regex.Matches(pdf[start..], @"(\d{10}) 00000 n ", RegexOptions.None, TimeSpan.FromSeconds(10)).Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).ToList();
        offsets.Count.ShouldBe(7);
        for (var i = 0; i < offsets.Count; i++) pdf[offsets[i]..].ShouldStartWith($"{i + 1} 0 obj\n");
        foreach (Match stream in Regex.Matches(pdf, @"/Length (\d+) >>\nstream\n", RegexOptions.None, TimeSpan.FromSeconds(10)))
            pdf[(stream.Index + stream.Length + int.Parse(stream.Groups[1].Value, CultureInfo.InvariantCulture))..].ShouldStartWith("endstream");
    }

    private static async Task<string> MakeAsync(string parameters, string items)
    {
        var check = NodeFixture.Load(new JsObject { ["name"] = "Pdf", ["type"] = "pdf", ["parameters"] = JsJson.Parse(parameters) });
        check.Problems.ShouldBeEmpty();
        var node = check.Model!.Nodes.Single(n => n.Name == "Pdf");
        var outputs = await NodeFixture.RunAsync(node, check.Model, [NodeFixture.Items(JsJson.Parse(items))]);
        var file = outputs[0].Single().Binary!["data"];
        file.MimeType.ShouldBe("application/pdf");
        return Encoding.Latin1.GetString(file.Content!.Value.Span);
    }

    private static List<string> Texts(string pdf) => [.. Regex.Matches(pdf, @"Td \((.*)\) Tj", RegexOptions.None, TimeSpan.FromSeconds(10)).Select(m => m.Groups[1].Value).Where(t => t.Length > 0)];
}

using System.IO.Compression;
using System.Text;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.Spreadsheets;

namespace Sluice.Workflows.Tests.Nodes.Spreadsheets;

public sealed class WorkbookTests
{
    [Fact]
    public void Reads_texts_of_several_runs_numbers_and_gaps()
    {
        var sheet = Workbook.Read(
            File(
                """<row r="2"><c r="B2" t="s"><v>1</v></c><c r="D2"><f>1+1</f><v>2</v></c></row><row/><row><c t="b"><v>1</v></c><c r="B4"/><c t="inlineStr"><is/></c><c t="inlineStr"><is><t>in</t></is></c></row>""",
                "<si/><si><r><t>one </t></r><r><t>text</t></r><rPh><t>not this</t></rPh></si>"),
            "");
        sheet.Rows.Select(r => JsJson.WriteString(new JsArray([.. r.Select(c => c.IsUndefined ? JsValue.Null : c)]))).ShouldBe(
            ["""[null,"one text",null,2]""", "[]", """[true,null,"","in"]"""]);
    }

    [Theory]
    [InlineData("<row><c r=\"B1\"/><c r=\"A1\"/></row>", "cells out of order")]
    [InlineData("<row r=\"2\"/><row r=\"1\"/>", "rows out of order")]
    [InlineData("<row r=\"2000000\"/>", "rows out of order")]
    [InlineData("<row><c t=\"s\"><v>7</v></c></row>", "a text that is not there")]
    [InlineData("<row><c><v>1</c></row>", "The 'v' start tag")]
    public void Refuses_what_is_no_sheet(string rows, string why) => Should.Throw<NodeException>(() => Workbook.Read(File(rows), "")).Message.ShouldContain(why);

    [Fact]
    public void Cells_that_are_left_out_count()
    {
        var rows = string.Concat(Enumerable.Repeat("<row><c r=\"XFD1\"/></row>", 700));
        Should.Throw<NodeException>(() => Workbook.Read(File(rows), "")).Message.ShouldContain("more than 10000000 cells");
        var page = $"<table>{string.Concat(Enumerable.Repeat("<tr><td colspan=1000>", 10_001))}";
        Should.Throw<NodeException>(() => HtmlTables.Read(page)).Message.ShouldContain("more than 10000000 cells");
        var padded = new Sheet([new JsValue[20_000], .. Enumerable.Repeat<IReadOnlyList<JsValue>>([1], 600)]);
        Should.Throw<NodeException>(() => SheetRows.Of(padded, header: true, emptyCells: true, raw: false).Count()).Message.ShouldContain("more than 10000000 cells");
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        var rows = new IReadOnlyList<JsValue>[] { ["a<b>\u0001", 1.5, true], [JsValue.Null, "ä 😀 "] };
        var read = Workbook.Read(Workbook.Write("S & T", rows), "S & T");
        read.Rows.Select(r => JsJson.WriteString(new JsArray([.. r.Select(c => c.IsUndefined ? JsValue.Null : c)]))).ShouldBe(["""["a<b>",1.5,true]""", """[null,"ä 😀 "]"""]);
    }

    private static byte[] File(string rows, string texts = "")
    {
        using var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("xl/workbook.xml", """<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="One" r:id="a"/></sheets></workbook>""");
            Add("xl/_rels/workbook.xml.rels", """<Relationships><Relationship Id="a" Target="sheet.xml"/></Relationships>""");
            Add("xl/sharedStrings.xml", $"<sst>{texts}</sst>");
            Add("xl/sheet.xml", $"<worksheet><sheetData>{rows}</sheetData></worksheet>");

            void Add(string name, string text)
            {
                using var part = archive.CreateEntry(name).Open();
                part.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return file.ToArray();
    }
}

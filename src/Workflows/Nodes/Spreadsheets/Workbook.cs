using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Spreadsheets;

/// <summary>Workbooks as Excel stores them since 2007 (ECMA-376, SpreadsheetML): a ZIP archive of XML. Values are read, formats and formulas are not.</summary>
internal static class Workbook
{
    /// <summary>What all parts of a file together may unpack to.</summary>
    private const long MostBytes = 256 << 20;

    private const int MostCells = 10_000_000;

    private static readonly XNamespace Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

    private static readonly XNamespace Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MostBytes };

    /// <param name="name">The sheet; the first when empty.</param>
    /// <exception cref="NodeException">It is no workbook, or has no such sheet.</exception>
    public static Sheet Read(ReadOnlyMemory<byte> content, string name)
    {
        try
        {
            using var archive = new ZipArchive(new MemoryStream(content.ToArray()), ZipArchiveMode.Read);
            if (archive.Entries.Sum(e => e.Length) > MostBytes) throw Broken($"more than {MostBytes} bytes when unpacked");
            var sheets = Part(archive, "xl/workbook.xml").Descendants().Where(e => e.Name.LocalName is "sheet").ToList();
            var sheet = name.Length == 0 ? sheets.FirstOrDefault() : sheets.Find(s => (string?)s.Attribute("name") == name);
            if (sheet is null) throw new NodeException(name.Length == 0 ? "the workbook has no sheet" : $"Spreadsheet does not contain sheet called \"{name}\"!") { Retryable = false };
            var id = (string?)sheet.Attributes().FirstOrDefault(a => a.Name.LocalName is "id" && a.Name.NamespaceName.Length > 0);
            var target = (string?)Part(archive, "xl/_rels/workbook.xml.rels").Root!.Elements().FirstOrDefault(r => (string?)r.Attribute("Id") == id)?.Attribute("Target") ?? throw Broken("no part for its sheet");
            var texts = archive.GetEntry("xl/sharedStrings.xml") is null ? [] : Part(archive, "xl/sharedStrings.xml").Root!.Elements().Select(TextOf).ToList();
            return Cells(Part(archive, target.StartsWith('/') ? target[1..] : "xl/" + target), texts);
        }
        catch (Exception e) when (e is InvalidDataException or XmlException or FormatException or OverflowException)
        {
            throw Broken(e.Message);
        }
    }

    /// <summary>A workbook with one sheet.</summary>
    public static byte[] Write(string sheetName, IEnumerable<IReadOnlyList<JsValue>> rows)
    {
        using var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            const string Head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
            const string Package = "http://schemas.openxmlformats.org/package/2006/";
            const string Type = "application/vnd.openxmlformats-officedocument.spreadsheetml.";
            Add(archive, "[Content_Types].xml", $"{Head}<Types xmlns=\"{Package}content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"{Type}sheet.main+xml\"/><Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"{Type}worksheet+xml\"/></Types>");
            Add(archive, "_rels/.rels", $"{Head}<Relationships xmlns=\"{Package}relationships\"><Relationship Id=\"rId1\" Type=\"{Relations}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
            Add(archive, "xl/_rels/workbook.xml.rels", $"{Head}<Relationships xmlns=\"{Package}relationships\"><Relationship Id=\"rId1\" Type=\"{Relations}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>");
            Add(archive, "xl/workbook.xml", $"{Head}<workbook xmlns=\"{Main}\" xmlns:r=\"{Relations}\"><sheets><sheet name=\"{Escape(sheetName)}\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>");
            var sheet = new StringBuilder(Head).Append(CultureInfo.InvariantCulture, $"<worksheet xmlns=\"{Main}\"><sheetData>");
            var row = 0;
            foreach (var cells in rows)
            {
                sheet.Append(CultureInfo.InvariantCulture, $"<row r=\"{++row}\">");
                for (var i = 0; i < cells.Count; i++) Cell(sheet, Sheet.ColumnName(i) + row.ToString(CultureInfo.InvariantCulture), cells[i]);
                sheet.Append("</row>");
            }

            Add(archive, "xl/worksheets/sheet1.xml", sheet.Append("</sheetData></worksheet>").ToString());
        }

        return file.ToArray();
    }

    private static Sheet Cells(XDocument sheet, List<string> texts)
    {
        var rows = new List<IReadOnlyList<JsValue>>();
        var count = 0;
        foreach (var row in sheet.Descendants().Where(e => e.Name.LocalName is "row"))
        {
            var at = (int?)row.Attribute("r") is { } number ? number - 1 : rows.Count;
            if (at < rows.Count || at > 1_048_575) throw Broken("rows out of order");
            while (rows.Count < at) rows.Add([]);
            var cells = new List<JsValue>();
            foreach (var cell in row.Elements().Where(e => e.Name.LocalName is "c"))
            {
                var column = (string?)cell.Attribute("r") is { } name && Sheet.TryCell(name, out var place) ? place.Column : cells.Count;
                if (column < cells.Count || column > 16_383) throw Broken("cells out of order");
                if (++count > MostCells) throw Broken($"more than {MostCells} cells");
                while (cells.Count < column) cells.Add(default);
                cells.Add(Value(cell, texts));
            }

            rows.Add(cells);
        }

        // The first row of what is used may stand further down.
        return new([.. rows.SkipWhile(r => r.All(c => c.IsUndefined))]);
    }

    private static JsValue Value(XElement cell, List<string> texts)
    {
        var value = cell.Elements().FirstOrDefault(e => e.Name.LocalName is "v")?.Value;
        switch ((string?)cell.Attribute("t"))
        {
            case "inlineStr": return cell.Elements().FirstOrDefault(e => e.Name.LocalName is "is") is { } inline ? TextOf(inline) : "";
            case "s": return value is null ? default(JsValue) : int.Parse(value, CultureInfo.InvariantCulture) is var at && at >= 0 && at < texts.Count ? texts[at] : throw Broken("a text that is not there");
            case "b": return value is "1" or "true";
            case "str" or "d": return value ?? "";
            case "e": return default;
            default: return string.IsNullOrEmpty(value) ? default(JsValue) : double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture);
        }
    }

    // A text may stand in several runs of different formats; how it is read aloud is no part of it.
    private static string TextOf(XElement item) => string.Concat(item.Descendants().Where(e => e.Name.LocalName is "t" && e.Parent!.Name.LocalName is not "rPh").Select(e => e.Value));

    private static XDocument Part(ZipArchive archive, string name)
    {
        using var stream = (archive.GetEntry(name) ?? throw Broken($"no part '{name}'")).Open();
        using var reader = XmlReader.Create(stream, Settings);
        return XDocument.Load(reader, LoadOptions.PreserveWhitespace);
    }

    private static void Add(ZipArchive archive, string name, string text)
    {
        using var stream = archive.CreateEntry(name).Open();
        stream.Write(Encoding.UTF8.GetBytes(text));
    }

    private static void Cell(StringBuilder sheet, string name, JsValue value)
    {
        if (value.IsNullish) return;
        if (value.IsNumber && double.IsFinite(value.AsNumber)) sheet.Append(CultureInfo.InvariantCulture, $"<c r=\"{name}\"><v>{JsNumberText.Format(value.AsNumber)}</v></c>");
        else if (value.IsBoolean) sheet.Append(CultureInfo.InvariantCulture, $"<c r=\"{name}\" t=\"b\"><v>{(value.IsTrue ? 1 : 0)}</v></c>");
        else sheet.Append(CultureInfo.InvariantCulture, $"<c r=\"{name}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{Escape(ParameterValues.ToText(value))}</t></is></c>");
    }

    // Characters that XML has no place for are left out.
    private static string Escape(string text) => System.Net.WebUtility.HtmlEncode(string.Concat(text.Where(c => XmlConvert.IsXmlChar(c) || char.IsSurrogate(c))));

    private static NodeException Broken(string why) => new($"the file is no Excel workbook that can be read: {why}") { Retryable = false };
}

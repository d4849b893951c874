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

    public const int MostCells = 10_000_000;

    private static readonly XNamespace Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

    private static readonly XNamespace Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    private static readonly XmlReaderSettings Cells = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MostBytes };

    // What says which sheets there are is held as a whole, and is short.
    private static readonly XmlReaderSettings Contents = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = 4 << 20 };

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
            return ReadCells(archive, target.StartsWith('/') ? target[1..] : "xl/" + target, SharedTexts(archive));
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

    private static List<string> SharedTexts(ZipArchive archive)
    {
        var texts = new List<string>();
        if (archive.GetEntry("xl/sharedStrings.xml") is not { } part) return texts;
        using var stream = part.Open();
        using var reader = XmlReader.Create(stream, Cells);
        while (reader.Read())
        {
            if (reader is not { NodeType: XmlNodeType.Element, Depth: 1 }) continue;
            if (texts.Count == MostCells) throw Broken($"more than {MostCells} texts");
            texts.Add(TextOf(reader));
        }

        return texts;
    }

    private static Sheet ReadCells(ZipArchive archive, string part, List<string> texts)
    {
        using var stream = Open(archive, part);
        using var reader = XmlReader.Create(stream, Cells);
        var rows = new List<IReadOnlyList<JsValue>>();
        var (cells, depth, count) = (new List<JsValue>(), -1, 0);
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element) continue;
            if (reader.LocalName is "row")
            {
                var at = reader.GetAttribute("r") is { } number ? XmlConvert.ToInt32(number) - 1 : rows.Count;
                if (at < rows.Count || at > 1_048_575) throw Broken("rows out of order");
                while (rows.Count < at) rows.Add([]);
                (cells, depth) = ([], reader.Depth);
                rows.Add(cells);
            }
            else if (reader.LocalName is "c" && reader.Depth == depth + 1)
            {
                var column = reader.GetAttribute("r") is { } name && Sheet.TryCell(name, out var place) ? place.Column : cells.Count;
                if (column < cells.Count || column > 16_383) throw Broken("cells out of order");
                // Those that are left out before it take room, too.
                if ((count += column - cells.Count + 1) > MostCells) throw Broken($"more than {MostCells} cells");
                while (cells.Count < column) cells.Add(default);
                cells.Add(Value(reader, texts));
            }
        }

        // The first row of what is used may stand further down.
        return new([.. rows.SkipWhile(r => r.All(c => c.IsUndefined))]);
    }

    /// <param name="cell">At the cell; at its end afterwards.</param>
    /// <param name="texts">What cells refer to by number.</param>
    private static JsValue Value(XmlReader cell, List<string> texts)
    {
        var type = cell.GetAttribute("t");
        string? value = null, inline = null;
        using (var inner = cell.ReadSubtree())
        {
            inner.Read();
            inner.Read();
            while (!inner.EOF)
            {
                if (inner is { NodeType: XmlNodeType.Element, LocalName: "v" })
                {
                    value = inner.ReadElementContentAsString();
                    continue;
                }

                if (inner is { NodeType: XmlNodeType.Element, LocalName: "is" }) inline = TextOf(inner);
                inner.Read();
            }
        }

        switch (type)
        {
            case "inlineStr": return inline ?? "";
            case "s": return value is null ? default(JsValue) : int.Parse(value, CultureInfo.InvariantCulture) is var at && at >= 0 && at < texts.Count ? texts[at] : throw Broken("a text that is not there");
            case "b": return value is "1" or "true";
            case "str" or "d": return value ?? "";
            case "e": return default;
            default: return string.IsNullOrEmpty(value) ? default(JsValue) : double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture);
        }
    }

    /// <summary>A text, which may stand in several runs of different formats; how it is read aloud is no part of it.</summary>
    /// <param name="item">At the element around it; at its end afterwards.</param>
    private static string TextOf(XmlReader item)
    {
        var text = new StringBuilder();
        using var inner = item.ReadSubtree();
        inner.Read();
        while (!inner.EOF)
        {
            if (inner is { NodeType: XmlNodeType.Element, LocalName: "rPh" }) inner.Skip();
            else if (inner is { NodeType: XmlNodeType.Element, LocalName: "t", Depth: > 0 }) text.Append(inner.ReadElementContentAsString());
            else inner.Read();
        }

        return text.ToString();
    }

    private static Stream Open(ZipArchive archive, string part) => (archive.GetEntry(part) ?? throw Broken($"no part '{part}'")).Open();

    private static XDocument Part(ZipArchive archive, string name)
    {
        using var stream = Open(archive, name);
        using var reader = XmlReader.Create(stream, Contents);
        return XDocument.Load(reader);
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

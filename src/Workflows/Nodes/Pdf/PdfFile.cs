using System.Globalization;
using System.Text;

namespace Sluice.Workflows.Nodes.Pdf;

/// <summary>Writes a PDF 1.4 file of pages with text and lines. The origin of a page is its lower left corner; units are points.</summary>
internal sealed class PdfFile(double width, double height)
{
    private readonly List<StringBuilder> _pages = [];

    public int Pages => _pages.Count;

    public void AddPage() => _pages.Add(new StringBuilder());

    /// <summary>Writes on the page <paramref name="page"/>, from 0.</summary>
    public void Text(int page, double x, double y, string text, StandardFont font, double size)
    {
        var to = _pages[page].Append(CultureInfo.InvariantCulture, $"BT /{(font == StandardFont.Bold ? "F2" : "F1")} {size:0.##} Tf {x:0.##} {y:0.##} Td (");
        foreach (var c in text)
        {
            var code = StandardFont.Encode(c);
            if (code is (byte)'(' or (byte)')' or (byte)'\\') to.Append('\\');
            to.Append((char)code);
        }

        to.Append(") Tj ET\n");
    }

    /// <summary>Draws a thin horizontal line.</summary>
    public void Line(int page, double x, double y, double length) =>
        _pages[page].Append(CultureInfo.InvariantCulture, $"0.5 w {x:0.##} {y:0.##} m {x + length:0.##} {y:0.##} l S\n");

    public byte[] Write(string title)
    {
        using var file = new MemoryStream();
        var offsets = new List<long>();
        Put(file, "%PDF-1.4\n%\u00E2\u00E3\u00CF\u00D3\n");
        var kids = string.Join(' ', Enumerable.Range(0, _pages.Count).Select(i => $"{6 + i * 2} 0 R"));
        Object("<< /Type /Catalog /Pages 2 0 R >>");
        Object(string.Create(CultureInfo.InvariantCulture, $"<< /Type /Pages /Kids [{kids}] /Count {_pages.Count} /MediaBox [0 0 {width:0.##} {height:0.##}] /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>"));
        Object($"<< /Type /Font /Subtype /Type1 /BaseFont /{StandardFont.Regular.Name} /Encoding /WinAnsiEncoding >>");
        Object($"<< /Type /Font /Subtype /Type1 /BaseFont /{StandardFont.Bold.Name} /Encoding /WinAnsiEncoding >>");
        // UTF-16 in hexadecimal: every title can be written so.
        Object($"<< /Title <FEFF{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(title))}> /Producer (Sluice) >>");
        for (var i = 0; i < _pages.Count; i++)
        {
            Object($"<< /Type /Page /Parent 2 0 R /Contents {7 + i * 2} 0 R >>");
            Object($"<< /Length {_pages[i].Length} >>\nstream\n{_pages[i]}endstream");
        }

        var start = file.Position;
        Put(file, $"xref\n0 {offsets.Count + 1}\n0000000000 65535 f \n");
        foreach (var offset in offsets) Put(file, string.Create(CultureInfo.InvariantCulture, $"{offset:0000000000} 00000 n \n"));
        Put(file, string.Create(CultureInfo.InvariantCulture, $"trailer\n<< /Size {offsets.Count + 1} /Root 1 0 R /Info 5 0 R >>\nstartxref\n{start}\n%%EOF\n"));
        return file.ToArray();

        void Object(string content)
        {
            offsets.Add(file.Position);
            Put(file, $"{offsets.Count} 0 obj\n{content}\nendobj\n");
        }
    }

    // Every character is one byte already.
    private static void Put(MemoryStream file, string text) => file.Write(Encoding.Latin1.GetBytes(text));
}

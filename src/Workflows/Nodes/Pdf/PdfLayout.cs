using System.Globalization;

namespace Sluice.Workflows.Nodes.Pdf;

/// <summary>Puts a title, paragraphs and a table on as many pages as they need, from the top down.</summary>
internal sealed class PdfLayout
{
    private const double Margin = 50;
    private const double Gap = 8;

    private readonly PdfFile _file;
    private readonly double _width;
    private readonly double _height;
    private readonly double _size;
    private readonly int _mostPages;
    private readonly CancellationToken _cancel;
    private double _y;

    public PdfLayout(double width, double height, double size, int mostPages, CancellationToken cancel)
    {
        _file = new PdfFile(width, height);
        (_width, _height, _size, _mostPages, _cancel) = (width - 2 * Margin, height, size, mostPages, cancel);
        NextPage();
    }

    private double Leading => _size * 1.3;

    public void Title(string title)
    {
        var size = _size * 1.7;
        foreach (var line in title.Length == 0 ? [] : Wrap(title, StandardFont.Bold, size, _width))
        {
            Advance(size * 1.3);
            _file.Text(_file.Pages - 1, Margin, _y, line, StandardFont.Bold, size);
        }

        if (title.Length > 0) _y -= Gap;
    }

    public void Paragraphs(string text)
    {
        if (text.Length == 0) return;
        foreach (var paragraph in text.Split('\n'))
            foreach (var line in Wrap(paragraph.TrimEnd('\r'), StandardFont.Regular, _size, _width))
            {
                Advance(Leading);
                _file.Text(_file.Pages - 1, Margin, _y, line, StandardFont.Regular, _size);
            }

        _y -= Gap;
    }

    /// <param name="headings">One for each column.</param>
    /// <param name="right">Which columns are set to the right.</param>
    /// <param name="rows">A text for each column.</param>
    public void Table(string[] headings, bool[] right, IReadOnlyList<string[]> rows)
    {
        var widths = Widths(headings, rows);
        Row(headings, right, widths, StandardFont.Bold, null);
        foreach (var row in rows)
        {
            _cancel.ThrowIfCancellationRequested();
            Row(row, right, widths, StandardFont.Regular, headings);
        }
    }

    /// <summary>The file, with a line at the foot of each page.</summary>
    public byte[] Finish(string title, string footer)
    {
        for (var page = 0; page < _file.Pages; page++)
        {
            var number = string.Create(CultureInfo.InvariantCulture, $"{page + 1} / {_file.Pages}");
            _file.Text(page, Margin, Margin - 20, footer, StandardFont.Regular, 8);
            _file.Text(page, Margin + _width - StandardFont.Regular.Width(number, 8), Margin - 20, number, StandardFont.Regular, 8);
        }

        return _file.Write(title);
    }

    private void Row(string[] cells, bool[] right, double[] widths, StandardFont font, string[]? headings)
    {
        var wrapped = cells.Select((cell, c) => Wrap(cell, font, _size, widths[c] - Gap)).ToArray();
        var lines = wrapped.Max(w => w.Count);
        for (var line = 0; line < lines; line++)
        {
            // A row that does not fit goes on on the next page, below the headings again.
            if (Advance(Leading) && headings is not null)
            {
                _y += Leading;
                Row(headings, right, widths, StandardFont.Bold, null);
                Advance(Leading);
            }

            var x = Margin;
            for (var c = 0; c < cells.Length; c++)
            {
                if (line < wrapped[c].Count && wrapped[c][line] is { Length: > 0 } text)
                    _file.Text(_file.Pages - 1, right[c] ? x + widths[c] - Gap - font.Width(text, _size) : x, _y, text, font, _size);
                x += widths[c];
            }
        }

        if (headings is null) _file.Line(_file.Pages - 1, Margin, _y - _size * 0.3, _width);
    }

    /// <summary>What the columns would like, made to fit: narrow ones get all they want, the others share the rest.</summary>
    private double[] Widths(string[] headings, IReadOnlyList<string[]> rows)
    {
        var wanted = new double[headings.Length];
        for (var c = 0; c < wanted.Length; c++)
        {
            wanted[c] = StandardFont.Bold.Width(headings[c], _size);
            foreach (var row in rows) wanted[c] = Math.Max(wanted[c], StandardFont.Regular.Width(row[c], _size));
            wanted[c] += Gap + 1;
        }

        var given = new double[wanted.Length];
        var left = _width;
        var order = Enumerable.Range(0, wanted.Length).OrderBy(c => wanted[c]).ToArray();
        for (var i = 0; i < order.Length; i++)
        {
            given[order[i]] = Math.Min(wanted[order[i]], left / (order.Length - i));
            left -= given[order[i]];
        }

        return given;
    }

    /// <summary>Goes down by <paramref name="height"/>; true where that began a page.</summary>
    private bool Advance(double height)
    {
        _y -= height;
        if (_y >= Margin) return false;
        NextPage();
        _y -= height;
        return true;
    }

    private void NextPage()
    {
        if (_file.Pages == _mostPages) throw new NodeException($"the document has more than {_mostPages} pages") { Retryable = false };
        _file.AddPage();
        _y = _height - Margin;
    }

    /// <summary>Breaks at spaces, and inside words that are wider than a line.</summary>
    private static List<string> Wrap(string text, StandardFont font, double size, double width)
    {
        var lines = new List<string>();
        var rest = text.AsSpan();
        while (true)
        {
            var taken = 0;
            var space = -1;
            var used = 0.0;
            while (taken < rest.Length && rest[taken] != '\n' && (used += font.Width(rest.Slice(taken, 1), size)) <= width)
            {
                if (rest[taken] == ' ') space = taken;
                taken++;
            }

            if (taken == rest.Length)
            {
                lines.Add(rest.ToString());
                return lines;
            }

            var end = rest[taken] is '\n' or ' ' ? taken : space > 0 ? space : Math.Max(taken, 1);
            lines.Add(rest[..end].ToString());
            rest = rest[end..];
            if (rest.Length > 0 && rest[0] is ' ' or '\n') rest = rest[1..];
        }
    }
}

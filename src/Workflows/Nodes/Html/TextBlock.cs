using System.Text;

namespace Sluice.Workflows.Nodes.Html;

/// <summary>A block of plain text: words that flow into lines of a width, and blocks within it that stand apart.</summary>
/// <param name="width">How many characters a line may have.</param>
internal sealed class TextBlock(int width)
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _line = new();
    private bool _hasLine;
    private bool _hasWord;
    private bool _spaceWaits;

    public int Width => width;

    /// <summary>Whether white space counts.</summary>
    public bool IsLiteral { get; init; }

    /// <summary>How many line ends stand before it.</summary>
    public int Before { get; set; } = 1;

    /// <summary>How many line ends are due after what was added last.</summary>
    public int After { get; private set; }

    /// <summary>How many words of texts there were.</summary>
    public int Words { get; private set; }

    public void AddLineBreak()
    {
        if (IsLiteral) _text.Append('\n');
        else EndLine(1);
    }

    /// <param name="isText">Whether it stands in the page as text, and not in an attribute.</param>
    public void AddInline(string text, bool isText = true)
    {
        if (IsLiteral)
        {
            _text.Append(text);
            if (isText && text.Length > 0) Words++;
            return;
        }

        var at = Skip(text, 0);
        if (text.Length == 0 || (After > 0 && at == text.Length)) return;
        if (After > 0) EndLine(After);
        After = 0;
        if (at == text.Length)
        {
            _spaceWaits = true;
            return;
        }

        var joins = at == 0 && !_spaceWaits;
        while (at < text.Length)
        {
            var end = at;
            while (end < text.Length && !IsSpace(text[end])) end++;
            Add(text.AsSpan(at, end - at), joins);
            if (isText) Words++;
            joins = false;
            at = Skip(text, end);
        }

        _spaceWaits = IsSpace(text[^1]);
    }

    /// <summary>Adds a block that stands apart.</summary>
    public void Add(string block, int before, int after)
    {
        Flush();
        var breaks = Math.Max(After, before);
        if (_text.Length > 0) _text.Append('\n', breaks);
        else Before = breaks;
        _text.Append(block);
        After = after;
        _spaceWaits = false;
    }

    public override string ToString()
    {
        Flush();
        return _text.ToString();
    }

    // A word that follows another without white space between belongs to it, and goes with it to the next line.
    private void Add(ReadOnlySpan<char> word, bool joins)
    {
        var start = joins && _hasWord ? LastWord() : _line.Length;
        var isFirst = start == 0;
        if (start == _line.Length && !isFirst)
        {
            if (_line.Length + 1 + word.Length <= width) _line.Append(' ');
            else EndLine(1);
        }
        else if (!isFirst && _line.Length + word.Length > width)
        {
            var moved = _line.ToString(start, _line.Length - start);
            _line.Length = start - 1;
            EndLine(1);
            _line.Append(moved);
        }

        _line.Append(word);
        _hasLine = true;
        _hasWord = true;
    }

    private int LastWord()
    {
        var at = _line.Length;
        while (at > 0 && _line[at - 1] != ' ') at--;
        return at;
    }

    private void EndLine(int count)
    {
        _text.Append(_line).Append('\n', count);
        _line.Clear();
        _hasLine = true;
        _hasWord = false;
    }

    private void Flush()
    {
        if (_hasLine) _text.Append(_line);
        _line.Clear();
        _hasLine = false;
        _hasWord = false;
    }

    private static int Skip(string text, int at)
    {
        while (at < text.Length && IsSpace(text[at])) at++;
        return at;
    }

    private static bool IsSpace(char c) => c is ' ' or '\t' or '\r' or '\n' or '\f' or '\u200b';
}

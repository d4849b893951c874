using System.Text;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>
/// A text that code makes longer again and again (<c>html += row</c>): what is added is copied once, not the whole each time. It stands only in the slots
/// of variables; whoever reads the variable gets a string.
/// </summary>
internal sealed class LongText : JsReference
{
    /// <summary>Shorter texts are not worth it.</summary>
    public const int Least = 1024;

    private readonly StringBuilder _text;
    private string? _flat;

    public LongText(string start, string end) => _text = new StringBuilder(start, Math.Max(start.Length + end.Length, 2 * Least)).Append(end);

    public override JsKind Kind => JsKind.String;

    public int Length => _text.Length;

    public void Append(Evaluator evaluator, string text)
    {
        evaluator.AllocateText(text.Length);
        _text.Append(text);
        _flat = null;
    }

    public string Read(Evaluator evaluator)
    {
        if (_flat is not null) return _flat;
        evaluator.AllocateText(_text.Length);
        return _flat = _text.ToString();
    }

    /// <summary>What it was when it was shorter.</summary>
    public string Read(Evaluator evaluator, int length)
    {
        evaluator.AllocateText(length);
        return _text.ToString(0, length);
    }
}

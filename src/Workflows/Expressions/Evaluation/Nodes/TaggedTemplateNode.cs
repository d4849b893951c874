using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary><c>tag`a ${b} c`</c>: a call with the texts, the same list each time, and the values.</summary>
internal sealed class TemplateTextsNode(string[] texts, string[] raw) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        var evaluator = frame.Evaluator;
        var list = evaluator.NewArray(texts.Length);
        foreach (var text in texts) list.Add(text);
        var written = evaluator.NewArray(raw.Length);
        foreach (var text in raw) written.Add(text);
        list.Fields = evaluator.NewObject(1);
        list.Fields.Set("raw", written);
        return list;
    }
}

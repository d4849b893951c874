using System.Globalization;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes.Conditions;

namespace Sluice.Workflows.Nodes.Switch;

/// <summary>Sends each item by one of several ways.</summary>
internal sealed class SwitchNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<SwitchNode, SwitchParameters>((p, s) => new(p, s))
    {
        Type = "switch",
        Summary = "Sends each item by one of several ways.",
        Category = NodeCategory.Flow,
        Aliases = [new("n8n-nodes-base.switch", 1, 3.4)],
        Upgrade = Upgrade,
    };

    /// <summary>How many outputs n8n's first switch always has.</summary>
    private const int FirstOutputs = 4;

    private readonly SwitchParameters _parameters;
    private readonly (ConditionSet Conditions, int Output)[] _rules;
    private readonly int _fallback;

    public SwitchNode(SwitchParameters parameters, NodeSetup setup)
    {
        _parameters = parameters;
        var loose = parameters.LooseTypeValidation || parameters.Options.LooseTypeValidation;
        _rules = [.. parameters.Rules.Values.Select((rule, i) => (new ConditionSet(rule.Conditions, parameters.Options.IgnoreCase, loose, $"rules.values[{i}].conditions", setup), rule.Output ?? i))];
        var outputs = _rules.Length == 0 ? 0 : _rules.Max(r => r.Output) + 1;
        _fallback = parameters.Options.FallbackOutput?.ToString() switch
        {
            null or "none" => -1,
            "extra" => outputs,
            var number when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var output) && output < 100 => output,
            _ => -1,
        };
        Outputs = parameters.Mode is "expression" ? parameters.NumberOutputs : Math.Max(Math.Max(outputs, _fallback + 1), setup.Version < 2 ? FirstOutputs : 0);
        // n8n's second switch has an output for each rule and none more.
        if (_parameters.Mode is "rules" && setup is { IsForeign: true, Version: >= 2 and < 3 }) Outputs = outputs;
        if (parameters.Mode is not "rules" || _rules.Length > 0) return;
        if (setup.IsForeign) setup.Warn("rules", "there is no rule: " + (_fallback < 0 ? "nothing is passed on" : "everything takes the fallback output"));
        else setup.Report("rules.values", "needs at least one rule");
    }

    public override int Outputs { get; }

    public override bool IsLoop => true;

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        var outputs = new List<Item>[Outputs];
        for (var i = 0; i < outputs.Length; i++) outputs[i] = [];
        for (var i = 0; i < context.Items.Count; i++)
        {
            try
            {
                if (_parameters.Mode is "expression") outputs[ByExpression(context, i)].Add(context.Same(i));
                else ByRules(context, i, outputs);
            }
            catch (NodeException e) when (context.ContinueOnFail)
            {
                if (outputs.Length > 0) outputs[0].Add(context.Failed(i, e));
            }
        }

        return NodeResult.Of(outputs);
    }

    private int ByExpression(NodeContext context, int index)
    {
        var value = _parameters.Output.Get(context, index);
        if (!ParameterValues.TryNumber(value, out var output) || output < 0 || output >= Outputs || output != Math.Floor(output))
            throw new NodeException($"The output {ParameterValues.Describe(value)} is not allowed. It has to be between 0 and {Outputs - 1}!") { ItemIndex = index, Retryable = false };
        return (int)output;
    }

    private void ByRules(NodeContext context, int index, List<Item>[] outputs)
    {
        var found = false;
        foreach (var (conditions, output) in _rules)
        {
            if (!conditions.Hold(context, index)) continue;
            outputs[output].Add(context.Same(index));
            found = true;
            if (!_parameters.Options.AllMatchingOutputs) return;
        }

        if (found || _fallback < 0) return;
        if (_fallback >= Outputs) throw new NodeException($"The output {_fallback} is not allowed. It has to be between 0 and {Outputs - 1}!") { ItemIndex = index, Retryable = false };
        outputs[_fallback].Add(context.Same(index));
    }

    /// <summary>Versions 1 and 2: one value that all rules look at, and an output for each rule.</summary>
    private static MapNode Upgrade(MapNode old, double version)
    {
        if (version >= 3)
        {
            return old.At("rules", "values") is ListNode today
                ? old.With([], DocumentData.Entry("rules", ((MapNode)old["rules"]!).With([], DocumentData.Entry("values", new ListNode(today.Place, [.. today.Items.Select(r => r is MapNode rule ? LegacyConditions.WithOptions(rule) : r)])))))
                : old;
        }

        if (old.Text("mode") is "expression")
            return old["outputsAmount"] is { } amount ? old.With(["outputsAmount"], DocumentData.Entry("numberOutputs", amount)) : old;

        var type = old.Text("dataType") ?? "number";
        var rules = new List<DocumentNode>();
        if (old.At("rules", "rules") is ListNode list)
        {
            foreach (var rule in list.Items.OfType<MapNode>())
            {
                var condition = LegacyConditions.One(type, rule, old["value1"], rule.Text("operation"), rule["value2"]);
                var entries = new List<MapEntry> { DocumentData.Entry("conditions", LegacyConditions.All(rule, [condition], "and")) };
                if (version < 2) entries.Add(DocumentData.Entry("output", rule["output"] ?? DocumentData.Number(rule.Place, 0)));
                if (rule.Text("outputKey") is { } key) entries.Add(DocumentData.Entry("outputKey", DocumentData.Text(rule.Place, key)));
                rules.Add(new MapNode(rule.Place, entries));
            }
        }

        var added = new List<MapEntry> { DocumentData.Entry("rules", DocumentData.Map(old.Place, DocumentData.Entry("values", new ListNode(old.Place, rules)))) };
        if (old["fallbackOutput"] is ScalarNode { Number: >= 0 } fallback) added.Add(DocumentData.Entry("options", DocumentData.Map(old.Place, DocumentData.Entry("fallbackOutput", fallback))));
        return old.With(["dataType", "value1", "rules", "fallbackOutput"], [.. added]);
    }
}

using System.Text;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Summarize;

/// <summary>Counts, adds up and collects fields of items, in groups, as a pivot table does.</summary>
internal sealed class SummarizeNode(SummarizeParameters parameters, bool failsWithoutField, bool groupsByText) : Node
{
    // Of n8n's list node, which gives its own version here, only version 2.0 fails when no item has a field.
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<SummarizeNode, SummarizeParameters>(
        (p, s) => new(p, !(p.Options.ContinueIfFieldNotFound ?? s.Version is >= 1.1 and not 2), groupsByText: s.Version < 1.1))
    {
        Type = "summarize",
        Summary = "Counts, adds up and collects fields of items, in groups.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.summarize", 1, 1.1)],
    };

    private static readonly Dictionary<string, string> Prefixes = new(StringComparer.Ordinal)
    {
        ["append"] = "appended_",
        ["average"] = "average_",
        ["concatenate"] = "concatenated_",
        ["count"] = "count_",
        ["countUnique"] = "unique_count_",
        ["max"] = "max_",
        ["min"] = "min_",
        ["sum"] = "sum_",
    };

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        var dots = !parameters.Options.DisableDotNotation;
        var fields = parameters.FieldsToSummarize.Values.Select(f => (What: f, Field: f.Field.Get(context, 0))).ToArray();
        if (failsWithoutField)
        {
            foreach (var (_, field) in fields)
                if (field.Length > 0 && !context.Items.Any(i => !Fields.Get(i.Json, field, dots).IsUndefined)) throw new NodeException($"The field '{field}' does not exist in any items") { Retryable = false };
        }

        if (fields.All(f => f.Field.Length == 0)) throw new NodeException("You need to add at least one aggregation to 'Fields to Summarize' with non empty 'Field'") { Retryable = false };
        var splitBy = Fields.List(parameters.FieldsToSplitBy.Get(context, 0));
        var root = new Group();
        for (var i = 0; i < context.Items.Count; i++) Put(root, context.Items[i].Json, i, splitBy, dots);
        var output = new List<Item>();
        if (parameters.Options.OutputFormat is "singleItem")
        {
            output.Add(new Item(Nested(context, root, fields, dots, splitBy.Length)) { PairedItems = Fields.AllOf(context.Items.Count) });
            return NodeResult.Of(output);
        }

        Flatten(context, root, fields, splitBy, 0, [], dots, output);
        return NodeResult.Of(output);
    }

    private void Put(Group group, JsObject json, int index, string[] splitBy, bool dots)
    {
        foreach (var field in splitBy)
        {
            var value = Fields.Get(json, field, dots);
            if (value.AsObject is not null || value.AsArray is not null) value = JsJson.WriteString(value);
            // n8n's first version makes text of every value that makes a group, of none as well.
            if (groupsByText) value = value.IsUndefined ? "undefined" : value.IsNull ? "null" : ParameterValues.ToText(value);
            if (parameters.Options.SkipEmptySplitFields && (value.IsNullish || value.AsString is "" || value.IsFalse)) return;
            group = group.Sub(value);
        }

        group.Items.Add(index);
    }

    private static void Flatten(NodeContext context, Group group, (FieldToSummarize What, string Field)[] fields, string[] splitBy, int depth, List<JsValue> keys, bool dots, List<Item> output)
    {
        if (depth < splitBy.Length)
        {
            foreach (var (key, sub) in group.Subs)
            {
                keys.Add(key);
                Flatten(context, sub, fields, splitBy, depth + 1, keys, dots, output);
                keys.RemoveAt(keys.Count - 1);
            }

            return;
        }

        var json = Summary(context, group, fields, dots);
        // The innermost group first, as n8n has it.
        for (var i = splitBy.Length - 1; i >= 0; i--)
            if (!keys[i].IsUndefined) json.Set(NameOf(splitBy[i]), keys[i]);
        output.Add(new Item(json) { PairedItems = [.. group.Items.Select(i => new PairedItem(i))] });
    }

    private static JsObject Nested(NodeContext context, Group group, (FieldToSummarize What, string Field)[] fields, bool dots, int depth)
    {
        if (depth == 0) return Summary(context, group, fields, dots);
        var json = new JsObject();
        foreach (var (key, sub) in group.Subs) json.Set(key.IsUndefined ? "undefined" : key.IsNull ? "null" : ParameterValues.ToText(key), Nested(context, sub, fields, dots, depth - 1));
        return json;
    }

    private static JsObject Summary(NodeContext context, Group group, (FieldToSummarize What, string Field)[] fields, bool dots)
    {
        var json = new JsObject(fields.Length);
        foreach (var (what, field) in fields)
            json.Set(NameOf(Prefixes[what.Aggregation] + field), Aggregation.Of(what, group.Items.Select(i => Fields.Get(context.Items[i].Json, field, dots))));
        return json;
    }

    private static string NameOf(string field)
    {
        var name = new StringBuilder(field.Length);
        foreach (var c in field)
            if (c is not (']' or '[' or '"')) name.Append(c is ' ' or '.' ? '_' : c);
        return name.ToString();
    }

    private sealed class Group
    {
        private readonly Dictionary<string, Group> _byKey = new(StringComparer.Ordinal);

        public List<int> Items { get; } = [];

        public List<(JsValue Key, Group Group)> Subs { get; } = [];

        public Group Sub(JsValue value)
        {
            var key = ComparisonKey.Of(value);
            if (_byKey.TryGetValue(key, out var found)) return found;
            _byKey[key] = found = new Group();
            Subs.Add((value, found));
            return found;
        }
    }
}

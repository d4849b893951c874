using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Set;

/// <summary>Sets fields of items.</summary>
internal sealed class SetNode : ItemNode
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<SetNode, SetParameters>((p, s) => new(p, s))
    {
        Type = "set",
        Summary = "Sets fields of items, and chooses which of the others they keep.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.set", 1, 3.5)],
        Upgrade = SetUpgrade.Upgrade,
    };

    private readonly SetParameters _parameters;
    private readonly Assignment[] _fields;
    private readonly Assignment[] _files;
    private readonly string _include;
    private readonly bool _keepsFiles;

    public SetNode(SetParameters parameters, NodeSetup setup)
    {
        _parameters = parameters;
        _fields = [.. parameters.Assignments.All.Where(a => a.Type is not "binary")];
        _files = [.. parameters.Assignments.All.Where(a => a.Type is "binary")];
        _include = parameters.Include is { } include && (parameters.IncludeOtherFields || include is not "none") && IsChosen(parameters, setup) ? include : parameters.IncludeOtherFields ? "all" : "none";
        _keepsFiles = parameters.Options.IncludeBinary ?? (parameters.Options.StripBinary is not true && _include is not "none");
    }

    protected override void Execute(NodeContext context, int index, List<Item> output)
    {
        var item = context.Items[index];
        var json = Kept(context, index, item.Json);
        if (_parameters.Mode is "raw") SetAll(context, index, json);
        else SetEach(context, index, json);
        var made = new Item(json) { PairedItems = Positions.Of(index), Binary = Files(context, index, item) };
        output.Add(made);
        for (var i = 0; _parameters.DuplicateItem && i < _parameters.DuplicateCount; i++) output.Add(made);
    }

    /// <summary>The fields that the item keeps, in an object of its own.</summary>
    private JsObject Kept(NodeContext context, int index, JsObject json)
    {
        switch (_include)
        {
            case "all":
                return json.Clone();
            case "selected":
                var selected = new JsObject();
                foreach (var name in Names(_parameters.IncludeFields.Get(context, index)))
                {
                    var value = _parameters.Options.DotNotation ? ItemPaths.Get(json, name) : json[name];
                    if (!value.IsUndefined) selected.Set(_parameters.Options.DotNotation ? name[(name.LastIndexOf('.') + 1)..] : name, value);
                }

                return selected;
            case "except":
                var rest = json.Clone();
                foreach (var name in Names(_parameters.ExcludeFields.Get(context, index)))
                {
                    if (_parameters.Options.DotNotation) ItemPaths.Remove(rest, name);
                    else rest.Remove(name);
                }

                return rest;
            default:
                return new JsObject(_fields.Length);
        }
    }

    private void SetAll(NodeContext context, int index, JsObject json)
    {
        var given = JsonParameter.Parse(_parameters.JsonOutput.Get(context, index), "'JSON Output'").AsObject
            ?? throw new NodeException($"The 'JSON Output' in item {index} does not contain a valid JSON object") { ItemIndex = index, Retryable = false };
        // With everything kept, dots in the names of the given object mean nothing special.
        foreach (var (name, value) in given) Put(json, name, value);
    }

    private void SetEach(NodeContext context, int index, JsObject json)
    {
        foreach (var field in _fields)
        {
            var name = field.Name.Get(context, index);
            var value = field.Value.Get(context, index);
            if (!ValueTypes.TryConvert(value, field.Type, strict: false, out var converted))
            {
                if (!_parameters.Options.IgnoreConversionErrors)
                    throw new NodeException($"'{name}' expects {(field.Type[0] is 'a' or 'o' ? "an" : "a")} {field.Type} but we got {ParameterValues.Describe(value)} [item {index}]") { ItemIndex = index, Retryable = false };
                converted = value;
            }

            Put(json, name, converted.IsUndefined ? JsValue.Null : converted);
        }
    }

    private void Put(JsObject json, string name, JsValue value)
    {
        if (_parameters.Options.DotNotation && name.AsSpan().ContainsAny('.', '[')) ItemPaths.Set(json, name, value);
        else json.Set(name, value);
    }

    private IReadOnlyDictionary<string, BinaryData>? Files(NodeContext context, int index, Item item)
    {
        var kept = _keepsFiles ? item.Binary : null;
        if (_files.Length == 0) return kept;
        var files = kept is null ? new Dictionary<string, BinaryData>(StringComparer.Ordinal) : new(kept, StringComparer.Ordinal);
        foreach (var file in _files)
        {
            var from = ParameterValues.ToText(file.Value.Get(context, index));
            files[file.Name.Get(context, index)] = item.Binary?.GetValueOrDefault(from) ?? throw new NodeException($"Could not find binary data specified in field {from}") { ItemIndex = index, Retryable = false };
        }

        return files;
    }

    // From version 3.3 on a switch says whether other fields are kept at all; before, the choice says it.
    private static bool IsChosen(SetParameters parameters, NodeSetup setup) =>
        parameters.IncludeOtherFields || (setup.Definition.Type.StartsWith("n8n", StringComparison.Ordinal) && setup.Definition.TypeVersion < 3.3);

    private static IEnumerable<string> Names(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}

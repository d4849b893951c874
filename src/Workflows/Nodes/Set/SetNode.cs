using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;
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
    private readonly double _version;

    public SetNode(SetParameters parameters, NodeSetup setup)
    {
        _parameters = parameters;
        _fields = [.. parameters.Assignments.All.Where(a => a.Type is not "binary")];
        _files = [.. parameters.Assignments.All.Where(a => a.Type is "binary")];
        _include = parameters.Include is { } include && (parameters.IncludeOtherFields || include is not "none") && IsChosen(parameters, setup) ? include : parameters.IncludeOtherFields ? "all" : "none";
        _version = setup.Version;
        // n8n's first versions keep files with the fields, 3.0 to 3.3 when told to, later ones unless told not to.
        _keepsFiles = _version is >= 3 and < 3.4 ? parameters.Options.IncludeBinary is true : parameters.Options.StripBinary is not true && _include is not "none";
    }

    protected override void Execute(NodeContext context, int index, List<Item> output)
    {
        var item = context.Items[index];
        var json = Kept(context, index, item.Json);
        if (_parameters.Mode is "raw") SetAll(context, index, json);
        else SetEach(context, index, json);
        var made = new Item(json) { PairedItems = Positions.Of(index), Binary = Files(context, index, item) };
        output.Add(made);
        for (var i = 0; _parameters.DuplicateItem && context.Run.Request.Mode is RunMode.Test && i < _parameters.DuplicateCount; i++) output.Add(made);
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
        var output = _parameters.JsonOutput.Get(context, index);
        // n8n leaves out of files what its editor shows at first.
        if (output.IsUndefined && _parameters.JsonOutput.IsLiteral && _version < double.MaxValue) output = new JsObject { ["my_field_1"] = "value", ["my_field_2"] = 1 };
        var given = (output.AsString is { } text && JsonParameter.TryParse(text, out var parsed) ? parsed : output).AsObject
            ?? throw new NodeException($"The 'JSON Output' in item {index} does not contain a valid JSON object") { ItemIndex = index, Retryable = false };
        foreach (var (name, value) in given) Put(json, name, value);
    }

    private void SetEach(NodeContext context, int index, JsObject json)
    {
        foreach (var field in _fields)
        {
            var name = field.Name.Get(context, index);
            var value = field.Value.Get(context, index);
            if (!TryConvert(value, field.Type, out var converted))
            {
                if (!_parameters.Options.IgnoreConversionErrors)
                    throw new NodeException($"'{name}' expects {(field.Type[0] is 'a' or 'o' ? "an" : "a")} {field.Type} but we got {ParameterValues.Describe(value)} [item {index}]") { ItemIndex = index, Retryable = false };
                converted = value;
            }

            Put(json, name, converted.IsUndefined ? JsValue.Null : converted);
        }
    }

    private bool TryConvert(JsValue value, string type, out JsValue converted)
    {
        converted = value;
        switch (_version)
        {
            // The first versions convert nothing, but that whatever is no false is true, and that the second takes text for the number it says.
            case < 3:
                if (type is "boolean") converted = Coerce.ToBoolean(value);
                else if (type is "number" && _version >= 2 && value.IsString && ValueTypes.ToNumber(value) is var number && !double.IsNaN(number)) converted = number;
                return true;
            case < 3.1 when type is "string" && value.IsNullish:
                converted = value.IsNull ? "null" : "undefined";
                return true;
            case < 3.2 when type is "string" && value.IsNullish:
                return false;
            default:
                return ValueTypes.TryConvert(value, type, strict: false, out converted);
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

using System.Globalization;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.RemoveDuplicates;

/// <summary>Keeps the first of items that are the same, or those that no earlier run has seen.</summary>
internal sealed class RemoveDuplicatesNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<RemoveDuplicatesNode, RemoveDuplicatesParameters>((p, s) => new(p, s))
    {
        Type = "remove-duplicates",
        Summary = "Keeps the first of items that are the same, or those that no earlier run has seen.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.removeDuplicates", 1, 2)],
    };

    private readonly RemoveDuplicatesParameters _parameters;
    private readonly bool _isStrict;
    private readonly bool _passesNull;
    private readonly string _part;
    private readonly bool _tellsFailure;

    public RemoveDuplicatesNode(RemoveDuplicatesParameters parameters, NodeSetup setup)
    {
        _parameters = parameters;
        (_isStrict, _passesNull) = (setup.IsForeign, setup.Version > 1);
        _part = parameters.Options.Scope is "workflow" ? "workflow" : $"node:{setup.Definition.Name}";
        _tellsFailure = setup is { IsForeign: true, Version: >= 2 } && setup.Definition.Type is "n8n-nodes-base.removeDuplicates";
    }

    public override int Outputs => _parameters.Operation is "removeItemsSeenInPreviousExecutions" ? 2 : 1;

    /// <summary>What it has let through once it takes for seen when it runs again.</summary>
    public override bool Idempotent => _parameters.Operation is not "removeItemsSeenInPreviousExecutions";

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context) => _parameters.Operation switch
    {
        "removeItemsSeenInPreviousExecutions" => _parameters.Logic is "removeItemsWithAlreadySeenKeyValues" ? UnseenAsync(context) : HigherAsync(context),
        "clearDeduplicationHistory" => ClearAsync(context),
        _ => OnceEach(context),
    };

    private async ValueTask<NodeResult> ClearAsync(NodeContext context)
    {
        await context.Services.Seen.ClearAsync(context.Run.Model.Definition, context.Run.Request.Tenant, _part, context.Cancellation);
        return NodeResult.Of(context.Items);
    }

    /// <summary>Items of one value are new or seen together.</summary>
    private async ValueTask<NodeResult> UnseenAsync(NodeContext context)
    {
        var groups = new OrderedDictionary<string, List<Item>>(StringComparer.Ordinal);
        for (var i = 0; i < context.Items.Count; i++) Add(groups, ParameterValues.ToText(_parameters.DedupeValue.Get(context, i)), context.Same(i));
        var isNew = await context.Services.Seen.AddAsync(context.Run.Model.Definition, context.Run.Request.Tenant, _part, [.. groups.Keys], context.Items.Count, _parameters.Options.HistorySize, context.Cancellation);
        var isOfValue = groups.Keys.Zip(isNew).ToDictionary(g => g.First, g => g.Second, StringComparer.Ordinal);
        return Split(groups, key => isOfValue[key]);
    }

    private async ValueTask<NodeResult> HigherAsync(NodeContext context)
    {
        if (context.Items.Count == 0) return NodeResult.Of([[], []]);
        var isDate = _parameters.Logic is "removeItemsUpToStoredDate";
        var groups = new OrderedDictionary<string, List<Item>>(StringComparer.Ordinal);
        var numbers = new Dictionary<string, double>(StringComparer.Ordinal);
        for (var i = 0; i < context.Items.Count; i++)
        {
            var (key, number) = isDate ? Date(context, i) : Number(context, i);
            Add(groups, key, context.Same(i));
            numbers[key] = number;
        }

        var had = await context.Services.Seen.RaiseAsync(context.Run.Model.Definition, context.Run.Request.Tenant, _part, isDate ? "date" : "number", numbers.Values.Max(), context.Cancellation);
        return Split(groups, key => had is null || numbers[key] > had);
    }

    private (string Key, double Number) Number(NodeContext context, int index)
    {
        var given = _parameters.IncrementalDedupeValue.Get(context, index);
        var text = Needed(given, index);
        var number = given.IsNumber ? given.AsNumber : double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var read) ? read : double.NaN;
        return double.IsNaN(number) ? throw new NodeException($"The value '{text}' is not a number. Please provide a number.") { ItemIndex = index, Retryable = false } : (ParameterValues.ToText(number), number);
    }

    private (string Key, double Number) Date(NodeContext context, int index)
    {
        var given = _parameters.DateDedupeValue.Get(context, index);
        var text = Needed(given, index);
        return DateTexts.TryRead(given, out var milliseconds, context.TimeZone) ? (text, milliseconds) : throw new NodeException($"The value '{text}' is not a valid date. Please provide a valid date.") { ItemIndex = index, Retryable = false };
    }

    private static string Needed(JsValue given, int index) =>
        given.IsUndefined || given.IsNull || ParameterValues.ToText(given) is not { Length: > 0 } text ? throw new NodeException("The `Value to Dedupe` On is empty. Please provide a value.") { ItemIndex = index, Retryable = false } : text;

    private static void Add(OrderedDictionary<string, List<Item>> groups, string key, Item item)
    {
        if (groups.TryGetValue(key, out var same)) same.Add(item);
        else groups.Add(key, [item]);
    }

    /// <summary>Under n8n's name in the order of the properties of a JavaScript object, as n8n's has it: whole numbers first, by size.</summary>
    private NodeResult Split(OrderedDictionary<string, List<Item>> groups, Func<string, bool> isNew)
    {
        var ordered = _isStrict ? groups.OrderBy(g => uint.TryParse(g.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) && whole.ToString(CultureInfo.InvariantCulture) == g.Key ? whole : double.PositiveInfinity) : groups.AsEnumerable();
        var (kept, seen) = (new List<Item>(), new List<Item>());
        foreach (var (key, items) in ordered) (isNew(key) ? kept : seen).AddRange(items);
        return NodeResult.Of([kept, seen]);
    }

    private NodeResult OnceEach(NodeContext context)
    {
        try
        {
            return NodeResult.Of(Kept(context));
        }
        catch (NodeException e) when (context.ContinueOnFail && _tellsFailure)
        {
            // n8n's second version says what failed; before that items go on as they came.
            return NodeResult.Of([context.Failed(0, e)]);
        }
    }

    private List<Item> Kept(NodeContext context)
    {
        var dots = !_parameters.Options.DisableDotNotation;
        var selected = _parameters.Compare is "selectedFields" ? Fields.List(_parameters.FieldsToCompare.Get(context, 0)) : null;
        var excluded = _parameters.Compare is "allFieldsExcept" ? Fields.List(_parameters.FieldsToExclude.Get(context, 0)) : [];
        if (selected is { Length: 0 }) throw new NodeException("fieldsToCompare: No fields specified. Please add a field to compare on") { Retryable = false };
        if (_parameters.Compare is "allFieldsExcept" && excluded.Length == 0) throw new NodeException("fieldsToExclude: No fields specified. Please add a field to exclude from comparison") { Retryable = false };
        if (_isStrict) Check(context, selected ?? [.. Names(context.Items, dots, excluded)], dots);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var kept = new List<Item>();
        for (var i = 0; i < context.Items.Count; i++)
        {
            var compared = Compared(context.Items[i].Json, selected, excluded, dots);
            if (!seen.Add(ComparisonKey.Of(compared))) continue;
            kept.Add(_parameters.Options.RemoveOtherFields ? new Item(compared) { PairedItems = Runs.Positions.Of(i) } : context.Same(i));
        }

        return kept;
    }

    /// <summary>As in n8n it is a failure when an item lacks a field that is compared, or has it as another type.</summary>
    private void Check(NodeContext context, IEnumerable<string> fields, bool dots)
    {
        foreach (var field in fields)
        {
            JsKind? type = null;
            for (var i = 0; i < context.Items.Count; i++)
            {
                var value = Fields.Get(context.Items[i].Json, field, dots);
                if (value.IsNull && _passesNull) continue;
                if (value.IsUndefined) throw new NodeException($"'{field}' field is missing from some input items") { ItemIndex = i, Retryable = false };
                var own = value.IsNull || value.AsReference is not null ? JsKind.Object : value.Kind;
                if ((type ??= own) != own) throw new NodeException($"'{field}' isn't always the same type") { ItemIndex = i, Retryable = false };
            }
        }
    }

    /// <summary>The names of the fields, with those of objects and lists inside; with some left out those of the first item, as in n8n.</summary>
    private static IEnumerable<string> Names(IReadOnlyList<Item> items, bool dots, string[] excluded) =>
        (excluded.Length > 0 ? items.Take(1) : items).SelectMany(i => dots ? Leaves(i.Json, "") : i.Json.Names).Distinct(StringComparer.Ordinal).Where(n => !excluded.Contains(n, StringComparer.Ordinal));

    private static IEnumerable<string> Leaves(JsValue value, string path)
    {
        if (value.AsObject is { } map) return map.SelectMany(f => Leaves(f.Value, path.Length == 0 ? f.Key : $"{path}.{f.Key}"));
        return value.AsArray is { } list ? list.SelectMany((e, i) => Leaves(e, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{path}.{i}"))) : [path];
    }

    private static JsObject Compared(JsObject json, string[]? selected, string[] excluded, bool dots)
    {
        if (selected is null && excluded.Length == 0) return json;
        var compared = selected is null ? json.Clone() : new JsObject();
        foreach (var field in excluded) Fields.Remove(compared, field, dots);
        foreach (var field in selected ?? []) Fields.Set(compared, field, Fields.Get(json, field, dots), dots);
        return compared;
    }
}

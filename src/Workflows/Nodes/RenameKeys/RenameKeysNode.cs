using System.Text.RegularExpressions;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.RenameKeys;

/// <summary>Which fields get which names.</summary>
[CamelCase]
internal sealed record RenameKeysParameters
{
    /// <summary>The fields, one by one.</summary>
    public RenamedKeys Keys { get; init; } = new();

    /// <summary>Fields by patterns.</summary>
    public RenameOptions AdditionalOptions { get; init; } = new();
}

/// <summary>The fields, one by one.</summary>
[CamelCase]
internal sealed record RenamedKeys
{
    /// <summary>The fields.</summary>
    public IReadOnlyList<RenamedKey> Key { get; init; } = [];
}

/// <summary>A field's old and new name.</summary>
[CamelCase]
internal sealed record RenamedKey
{
    /// <summary>The old name.</summary>
    public Parameter<string> CurrentKey { get; init; } = "";

    /// <summary>The new name.</summary>
    public Parameter<string> NewKey { get; init; } = "";
}

/// <summary>Fields by patterns.</summary>
[CamelCase]
internal sealed record RenameOptions
{
    /// <summary>The patterns.</summary>
    public RenamePatterns RegexReplacement { get; init; } = new();
}

/// <summary>Fields by patterns.</summary>
[CamelCase]
internal sealed record RenamePatterns
{
    /// <summary>The patterns.</summary>
    public IReadOnlyList<RenamePattern> Replacements { get; init; } = [];
}

/// <summary>A pattern of names and what replaces it.</summary>
[CamelCase]
internal sealed record RenamePattern
{
    /// <summary>For editors.</summary>
    [AllowEmpty]
    public string? RegExNotice { get; init; }

    /// <summary>The regular expression.</summary>
    [Required]
    public string SearchRegex { get; init; } = "";

    /// <summary>What replaces what it matches; <c>$1</c> for its first group.</summary>
    [AllowEmpty]
    public string ReplaceRegex { get; init; } = "";

    /// <summary>More about the pattern.</summary>
    public RenamePatternOptions Options { get; init; } = new();
}

/// <summary>More about a pattern.</summary>
[CamelCase]
internal sealed record RenamePatternOptions
{
    /// <summary>Whether upper and lower case are the same.</summary>
    public bool CaseInsensitive { get; init; }

    /// <summary>How deep in objects fields are renamed; -1 for all.</summary>
    [Between(-1, 1000)]
    public int Depth { get; init; } = -1;
}

/// <summary>Gives fields other names.</summary>
internal sealed class RenameKeysNode : ItemNode
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<RenameKeysNode, RenameKeysParameters>((p, s) => new(p, s))
    {
        Type = "rename-keys",
        Summary = "Gives fields other names.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.renameKeys")],
    };

    private readonly RenameKeysParameters _parameters;
    private readonly List<(Regex Pattern, string Replacement, int Depth)> _patterns = [];

    public RenameKeysNode(RenameKeysParameters parameters, NodeSetup setup)
    {
        _parameters = parameters;
        foreach (var (pattern, i) in parameters.AdditionalOptions.RegexReplacement.Replacements.Select((p, i) => (p, i)))
        {
            try
            {
                _patterns.Add((new Regex(pattern.SearchRegex, pattern.Options.CaseInsensitive ? RegexOptions.IgnoreCase | RegexOptions.CultureInvariant : RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(50)), pattern.ReplaceRegex, pattern.Options.Depth));
            }
            catch (ArgumentException e)
            {
                setup.Report($"additionalOptions.regexReplacement.replacements[{i}].searchRegex", e.Message);
            }
        }
    }

    protected override void Execute(NodeContext context, int index, List<Item> output)
    {
        var item = context.Items[index];
        var json = item.Json.Clone();
        foreach (var key in _parameters.Keys.Key)
        {
            string from = key.CurrentKey.Get(context, index), to = key.NewKey.Get(context, index);
            if (from.Length == 0 || to.Length == 0 || string.Equals(from, to, StringComparison.Ordinal)) continue;
            var value = ItemPaths.Get(json, from);
            if (value.IsUndefined) continue;
            ItemPaths.Remove(json, from);
            ItemPaths.Set(json, to, value);
        }

        JsValue renamed = json;
        try
        {
            foreach (var (pattern, replacement, depth) in _patterns) renamed = Rename(renamed, pattern, replacement, depth);
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new NodeException($"the regular expression '{e.Pattern}' took too long", e) { Retryable = false };
        }

        output.Add(new Item(renamed.AsObject!) { Binary = item.Binary, PairedItems = Positions.Of(index) });
    }

    private static JsValue Rename(JsValue value, Regex pattern, string replacement, int depth)
    {
        if (value.AsArray is { } list) return depth == 0 ? value : new JsArray([.. list.Select(e => Rename(e, pattern, replacement, depth))]);
        if (value.AsObject is not { } map) return value;
        var renamed = new JsObject(map.Count);
        foreach (var (name, inner) in map) renamed.Set(pattern.Replace(name, replacement), depth == 0 ? inner : Rename(inner, pattern, replacement, depth - 1));
        return renamed;
    }
}

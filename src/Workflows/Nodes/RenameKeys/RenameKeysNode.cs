using System.Text;
using System.Text.RegularExpressions;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Library;
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
    public Parameter<string> SearchRegex { get; init; } = "";

    /// <summary>What replaces what it matches first in a name; <c>$1</c> for its first group.</summary>
    public Parameter<string> ReplaceRegex { get; init; } = "";

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
    private readonly RegexProgram?[] _patterns;

    public RenameKeysNode(RenameKeysParameters parameters, NodeSetup setup)
    {
        _parameters = parameters;
        var replacements = parameters.AdditionalOptions.RegexReplacement.Replacements;
        _patterns = new RegexProgram?[replacements.Count];
        for (var i = 0; i < replacements.Count; i++)
        {
            if (!replacements[i].SearchRegex.IsLiteral) continue;
            _patterns[i] = Compile(replacements[i], replacements[i].SearchRegex.Literal!, out var problem);
            if (_patterns[i] is null) setup.Report($"additionalOptions.regexReplacement.replacements[{i}].searchRegex", problem);
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

            // The value that came in, also where a field before has got this name.
            var value = ItemPaths.Get(item.Json, from);
            if (value.IsUndefined) continue;
            ItemPaths.Set(json, to, value);
            ItemPaths.Remove(json, from);
        }

        for (var i = 0; i < _patterns.Length; i++) json = ByPattern(context, index, json, i);
        output.Add(new Item(json) { Binary = item.Binary, PairedItems = Positions.Of(index) });
    }

    private JsObject ByPattern(NodeContext context, int index, JsObject json, int number)
    {
        var replacement = _parameters.AdditionalOptions.RegexReplacement.Replacements[number];
        var problem = "";
        var pattern = _patterns[number] ?? Compile(replacement, replacement.SearchRegex.Get(context, index), out problem)
            ?? throw new NodeException($"additionalOptions.regexReplacement.replacements[{number}].searchRegex: {problem}") { ItemIndex = index, Retryable = false };
        try
        {
            return Rename(json, pattern.Matcher, Template(replacement.ReplaceRegex.Get(context, index), pattern), replacement.Options.Depth);
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new NodeException($"the regular expression '{e.Pattern}' took too long", e) { Retryable = false };
        }
    }

    private static RegexProgram? Compile(RenamePattern pattern, string text, out string problem) => RegexProgram.TryCompile(text, pattern.Options.CaseInsensitive ? "i" : "", out problem);

    /// <summary>JavaScript's way to write what was matched as .NET's.</summary>
    private static string Template(string replacement, RegexProgram pattern)
    {
        if (!replacement.Contains('$', StringComparison.Ordinal)) return replacement;
        var template = new StringBuilder(replacement.Length + 4);
        for (var i = 0; i < replacement.Length; i++)
        {
            if (replacement[i] is not '$') template.Append(replacement[i]);
            else if (i + 1 < replacement.Length && replacement[i + 1] is '$' or '&' or '`' or '\'') template.Append('$').Append(replacement[++i]);
            else if (i + 1 < replacement.Length && replacement[i + 1] - '0' is var group and >= 1 and <= 9 && group <= pattern.Numbers.Length)
            {
                template.Append("${").Append(pattern.Numbers[group - 1]).Append('}');
                i++;
            }
            else template.Append("$$");
        }

        return template.ToString();
    }

    /// <summary>Fields with new names come last, as in n8n, where they are set anew.</summary>
    private static JsObject Rename(JsObject map, Regex pattern, string replacement, int depth)
    {
        var renamed = map.Clone();
        foreach (var name in map.Names)
        {
            if (depth != 0) renamed.Set(name, Inside(renamed[name], pattern, replacement, depth - 1));
            var other = pattern.Replace(name, replacement, 1);
            if (string.Equals(other, name, StringComparison.Ordinal)) continue;
            renamed.Set(other, renamed[name]);
            renamed.Remove(name);
        }

        return renamed;
    }

    private static JsValue Inside(JsValue value, Regex pattern, string replacement, int depth)
    {
        if (value.AsArray is { } list) return depth == 0 ? value : new JsArray([.. list.Select(e => Inside(e, pattern, replacement, depth - 1))]);
        return value.AsObject is { } map ? Rename(map, pattern, replacement, depth) : value;
    }
}

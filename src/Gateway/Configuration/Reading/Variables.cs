using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Configuration.Reading;

/// <summary>
/// Fills in <c>${NAME}</c>, <c>${NAME:-default}</c> and Kong's <c>{vault://env/name}</c>, <c>{vault://env/name/key}</c> (a field of JSON) and
/// <c>{vault://PREFIX/name}</c> where a vault object gives the prefix. <c>$${</c> stands for <c>${</c>.
/// A plain scalar gets its type from what was filled in: <c>port: ${PORT}</c> is a number.
/// </summary>
internal sealed partial class Variables(ReadOptions options, List<Problem> problems)
{
    private readonly Dictionary<string, string> _prefixes = new(StringComparer.Ordinal);

    /// <summary>Whether there can be anything to fill in.</summary>
    public static bool MayOccur(ReadOnlySpan<byte> content) => content.IndexOf("${"u8) >= 0 || content.IndexOf("{vault://"u8) >= 0;

    /// <summary>Remembers the prefixes of the vaults that <paramref name="root"/> declares.</summary>
    public void AddVaults(DocumentNode root)
    {
        if ((root as MapNode)?["vaults"] is not ListNode vaults)
            return;
        foreach (var vault in vaults.Items.OfType<MapNode>())
            if (vault.Text("name") is "env" && vault.Text("prefix") is { } prefix)
                _prefixes[prefix] = (vault["config"] as MapNode)?.Text("prefix") ?? "";
    }

    public DocumentNode Expand(DocumentNode node) => node switch
    {
        MapNode map => new MapNode(map.Place, [.. map.Entries.Select(e => e with { Value = Expand(e.Value) })]),
        ListNode list => new ListNode(list.Place, [.. list.Items.Select(Expand)]),
        ScalarNode { Kind: ScalarKind.String } scalar => Expand(scalar),
        _ => node,
    };

    private ScalarNode Expand(ScalarNode scalar)
    {
        var text = scalar.Text;
        if (text.StartsWith("{vault://", StringComparison.Ordinal) && text.EndsWith('}'))
            return Vault(text[1..^1]) is { } secret ? new ScalarNode(scalar.Place, ScalarKind.String, secret) : Unset(scalar, $"nothing is behind {text}: {WhyNot(text[1..^1])}");
        if (!text.Contains("${", StringComparison.Ordinal))
            return scalar;
        string? missing = null;
        var filled = Placeholder().Replace(text, match =>
        {
            if (match.Value[1] == '$')
                return match.Value[1..];
            var value = options.Environment(match.Groups[1].Value);
            if (string.IsNullOrEmpty(value) && match.Groups[2].Success)
                return match.Groups[2].Value;
            if (value is null)
                missing ??= match.Groups[1].Value;
            return value ?? match.Value;
        });
        if (missing is not null)
            return Unset(scalar, $"the environment variable {missing} is not set (write $${{{missing}}} for the text itself)");
        return scalar.Plain ? YamlScalar.Type(scalar.Place, filled) : new ScalarNode(scalar.Place, ScalarKind.String, filled);
    }

    private ScalarNode Unset(ScalarNode scalar, string message)
    {
        problems.Add(new Problem(scalar.Place, "document", "", message, options.UnsetVariable));
        return new ScalarNode(scalar.Place, ScalarKind.String, scalar.Text) { Opaque = true };
    }

    private string? Vault(string reference)
    {
        if (Resolve(reference) is not { } found || options.Environment(found.Variable) is not { } value)
            return null;
        if (found.Key is null)
            return value;
        try
        {
            using var json = JsonDocument.Parse(value);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(found.Key, out var field)
                ? field.ValueKind == JsonValueKind.String ? field.GetString() : field.GetRawText()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string WhyNot(string reference) =>
        Resolve(reference) is not { } found ? "only the vault 'env' and the prefixes of such vaults are known"
        : options.Environment(found.Variable) is null ? $"the environment variable {found.Variable} is not set"
        : $"the environment variable {found.Variable} has no field '{found.Key}'";

    private (string Variable, string? Key)? Resolve(string reference)
    {
        var match = Reference().Match(reference);
        if (!match.Success)
            return null;
        var vault = match.Groups[1].Value;
        var prefix = string.Equals(vault, "env", StringComparison.Ordinal) ? "" : _prefixes.GetValueOrDefault(vault);
        if (prefix is null)
            return null;
        foreach (var option in match.Groups[4].Value.Split('&', StringSplitOptions.RemoveEmptyEntries))
            if (option.StartsWith("prefix=", StringComparison.Ordinal))
                prefix = Uri.UnescapeDataString(option["prefix=".Length..]);
        var name = new StringBuilder(prefix).Append(match.Groups[2].Value).Replace('-', '_').ToString().ToUpperInvariant();
        return (name, match.Groups[3].Success ? match.Groups[3].Value : null);
    }

    [GeneratedRegex(@"\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\Avault://([^/?]+)/([^/?]+)(?:/([^/?]+))?/?(?:\?(.*))?\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Reference();
}

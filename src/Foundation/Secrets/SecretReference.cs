using System.Diagnostics.CodeAnalysis;

namespace Sluice.Foundation.Secrets;

/// <summary>
/// A reference to a secret, as Kong writes them: <c>{vault://VAULT/RESOURCE/KEY?OPTION=VALUE}</c>. The vault is the name of a kind
/// (<c>env</c>, <c>file</c>, <c>hcv</c>) or the prefix of a declared vault.
/// </summary>
public sealed class SecretReference
{
    private const string Start = "{vault://";

    private SecretReference(string text, string vault, IReadOnlyList<string> segments, IReadOnlyDictionary<string, string> options)
    {
        Text = text;
        Vault = vault;
        Segments = segments;
        Options = options;
    }

    /// <summary>As it was written: what problems and pages show in place of the secret.</summary>
    public string Text { get; }

    /// <summary>The kind, or the prefix of a declared vault.</summary>
    public string Vault { get; }

    /// <summary>What follows the vault, decoded; at least one, none empty but the last, which is so after a final slash: then there is no key.</summary>
    public IReadOnlyList<string> Segments { get; }

    /// <summary>The options of the query, decoded.</summary>
    public IReadOnlyDictionary<string, string> Options { get; }

    /// <summary>All segments but the last one, which is the key; the only one where there is one only.</summary>
    public string Resource => Segments.Count == 1 ? Segments[0] : string.Join('/', Segments.Take(Segments.Count - 1));

    /// <summary>The field of the resource that is meant; null for all of it.</summary>
    public string? Key => Segments.Count > 1 && Segments[^1].Length > 0 ? Segments[^1] : null;

    /// <summary>Whether <paramref name="text"/> is meant as a reference; it may still be a malformed one.</summary>
    public static bool IsMeant(string text) => text.StartsWith(Start, StringComparison.Ordinal) && text.EndsWith('}');

    public static bool TryParse(string text, [NotNullWhen(true)] out SecretReference? reference)
    {
        reference = null;
        if (!IsMeant(text)) return false;
        var inner = text.AsSpan(Start.Length, text.Length - Start.Length - 1);
        var question = inner.IndexOf('?');
        var path = question < 0 ? inner : inner[..question];
        var parts = path.ToString().Split('/');
        if (parts.Length < 2 || parts[0].Length == 0 || parts[1].Length == 0 || parts.Skip(1).SkipLast(1).Any(p => p.Length == 0)) return false;
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        if (question >= 0)
            foreach (var option in inner[(question + 1)..].ToString().Split('&', StringSplitOptions.RemoveEmptyEntries))
            {
                var equals = option.IndexOf('=', StringComparison.Ordinal);
                options[equals < 0 ? option : option[..equals]] = equals < 0 ? "" : Uri.UnescapeDataString(option[(equals + 1)..]);
            }

        reference = new SecretReference(text, parts[0], [.. parts.Skip(1).Select(Uri.UnescapeDataString)], options);
        return true;
    }

    public override string ToString() => Text;
}

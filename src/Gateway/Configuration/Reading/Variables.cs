using System.Text.RegularExpressions;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Foundation.Secrets;

namespace Sluice.Gateway.Configuration.Reading;

/// <summary>
/// Fills in <c>${NAME}</c>, <c>${NAME:-default}</c> and references to secrets such as <c>{vault://env/name}</c>; see <see cref="Vaults"/>.
/// <c>$${</c> stands for <c>${</c>. A plain scalar gets its type from what was filled in: <c>port: ${PORT}</c> is a number.
/// </summary>
internal sealed partial class Variables(ReadOptions options, List<Problem> problems)
{
    private readonly List<Problem> _vaultProblems = [];
    private readonly Vaults _vaults = new(options);
    private readonly Dictionary<Place, ResolvedSecret> _secrets = [];

    /// <summary>What is wrong with the declared vaults. It does not keep the rest of the document from being read.</summary>
    public IReadOnlyList<Problem> VaultProblems => _vaultProblems;

    /// <summary>The secrets that were filled in.</summary>
    public IReadOnlyList<ResolvedSecret> Secrets => [.. _secrets.Values];

    /// <summary>The object whose values are filled in, where that is known: problems are reported on it, and its fields' types decide what a text stands for.</summary>
    public Problem? Owner { get; set; }

    /// <summary>Whether <paramref name="text"/> is filled in, or unescaped, when it is read.</summary>
    public static bool OccursIn(string text) => SecretReference.IsMeant(text) || (text.Contains("${", StringComparison.Ordinal) && Placeholder().IsMatch(text));

    /// <summary>Whether there can be anything to fill in.</summary>
    public static bool MayOccur(ReadOnlySpan<byte> content) => content.IndexOf("${"u8) >= 0 || content.IndexOf("{vault://"u8) >= 0;

    /// <summary>Remembers the vaults that <paramref name="roots"/> declare.</summary>
    public void AddVaults(IEnumerable<DocumentNode> roots)
    {
        var scratch = new List<Problem>();
        _vaults.Declare(roots, new Variables(options with { UnsetVariable = Severity.Error }, scratch).Expand, scratch, _vaultProblems);
    }

    public DocumentNode Expand(DocumentNode node) => node switch
    {
        MapNode map => new MapNode(map.Place, [.. map.Entries.Select(e => e with { Value = Expand(e.Value) })]),
        ListNode list => new ListNode(list.Place, [.. list.Items.Select(Expand)]),
        ScalarNode { Kind: ScalarKind.String } scalar => Expand(scalar),
        _ => node,
    };

    /// <summary>The problems with references in place of the secrets that their texts may have quoted.</summary>
    public IEnumerable<Problem> WithoutSecrets(IEnumerable<Problem> found) => _secrets.Count == 0 ? found : found.Select(WithoutSecrets);

    private Problem WithoutSecrets(Problem problem)
    {
        var secrets = _secrets.Values;
        problem = problem with
        {
            Object = SecretRedaction.Apply(problem.Object, secrets),
            Field = SecretRedaction.Apply(problem.Field, secrets),
            Message = SecretRedaction.Apply(problem.Message, secrets),
        };

        // At the secret's own place the text may quote it in part or in another form.
        return _secrets.TryGetValue(problem.Place, out var here) && Quotes(problem.Message, here)
            ? problem with { Message = $"the value of {here.Reference.Text} does not fit here" }
            : problem;
    }

    private static bool Quotes(string message, ResolvedSecret secret) =>
        message.Replace(secret.Reference.Text, "", StringComparison.Ordinal)
            .Contains("'" + secret.Value[..Math.Min(4, secret.Value.Length)], StringComparison.OrdinalIgnoreCase);

    private ScalarNode Expand(ScalarNode scalar)
    {
        var text = scalar.Text;
        if (options.KeepReferences)
            return OccursIn(text) ? new ScalarNode(scalar.Place, ScalarKind.String, text) { Opaque = true } : scalar;
        if (SecretReference.IsMeant(text))
            return Secret(scalar);
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
        return scalar.Plain ? YamlScalar.Type(scalar.Place, filled) : new ScalarNode(scalar.Place, ScalarKind.String, filled) { Filled = Owner is not null };
    }

    private ScalarNode Unset(ScalarNode scalar, string message)
    {
        problems.Add((Owner ?? new Problem(default, "document", "", "")) with { Place = scalar.Place, Message = message, Severity = options.UnsetVariable });
        return new ScalarNode(scalar.Place, ScalarKind.String, scalar.Text) { Opaque = true };
    }

    private ScalarNode Secret(ScalarNode scalar)
    {
        var (secret, problem) = _vaults.Find(scalar.Text);
        if (secret is null)
            return Unset(scalar, $"nothing is behind {scalar.Text}: {problem}");
        _secrets[scalar.Place] = secret;
        return new ScalarNode(scalar.Place, ScalarKind.String, secret.Value) { Filled = Owner is not null };
    }

    [GeneratedRegex(@"\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Placeholder();
}

using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Foundation.Secrets;

namespace Sluice.Gateway.Configuration.Reading;

/// <summary>
/// What the first part of a reference to a secret names: a kind of vault with its settings from the environment, as
/// <c>KONG_VAULT_HCV_HOST</c>, or the prefix of a vault that the document declares.
/// </summary>
public sealed class Vaults(ReadOptions options)
{
    private readonly Dictionary<string, SecretSource?> _sources = new(StringComparer.Ordinal);

    /// <summary>Takes the <c>vaults</c> lists of <paramref name="roots"/>, so that references may name their prefixes.</summary>
    /// <param name="expand">Fills in what stands in a vault's own settings; only kinds without settings can be used there.</param>
    /// <param name="unset">Receives what could not be filled in; that is reported where the document itself is expanded.</param>
    /// <param name="problems">Receives what is wrong with the vaults.</param>
    internal void Declare(IEnumerable<DocumentNode> roots, Func<DocumentNode, DocumentNode> expand, List<Problem> unset, List<Problem> problems)
    {
        foreach (var root in roots)
            foreach (var vault in ((root as MapNode)?["vaults"] as ListNode)?.Items.OfType<MapNode>() ?? [])
                if (vault.Text("prefix") is { } prefix)
                    _sources[prefix] = Source(vault, prefix, expand, unset, problems);
    }

    /// <summary>The secret that <paramref name="text"/> refers to, or why there is none.</summary>
    public (ResolvedSecret? Secret, string? Problem) Find(string text)
    {
        if (!SecretReference.TryParse(text, out var reference))
            return (null, "a reference is {vault://VAULT/NAME} or {vault://VAULT/NAME/KEY}");
        if (!_sources.TryGetValue(reference.Vault, out var source))
        {
            if (BuiltIn(reference.Vault, out var unconfigured) is not { } builtIn)
                return (null, unconfigured);
            _sources[reference.Vault] = source = builtIn;
        }
        if (source is null)
            return (null, $"the vault '{reference.Vault}' has problems of its own");
        var found = source.Find(reference);
        return found.Value is { } value ? (new ResolvedSecret(reference, source, value), null) : (null, found.Problem);
    }

    private SecretSource? Source(MapNode vault, string prefix, Func<DocumentNode, DocumentNode> expand, List<Problem> unset, List<Problem> problems)
    {
        var before = unset.Count;
        var config = vault["config"] is MapNode map ? (MapNode)expand(map) : new MapNode(vault.Place, []);
        switch (vault.Text("name"))
        {
            case "env":
                return new EnvironmentSecrets(options.Environment, config.Text("prefix") ?? "");
            case "file":
                return options.Secrets.Files(config.Text("prefix") ?? "");
            case "hcv" when unset.Count == before:
                var binding = new Binding($"vault \"{prefix}\"", problems, "config") { Skipped = new HashSet<string>(["base64_decode"], StringComparer.Ordinal) };
                return RecordBinder.Bind(typeof(VaultServerConfig), config, binding) is VaultServerConfig server ? options.Secrets.Server(server) : null;
            default:
                return null;
        }
    }

    private SecretSource? BuiltIn(string kind, out string? problem)
    {
        problem = null;
        switch (kind)
        {
            case "env":
                return new EnvironmentSecrets(options.Environment);
            case "file":
                return options.Secrets.Files();
            case "hcv":
                return FromEnvironment(out problem);
            default:
                problem = $"only the vaults {string.Join(", ", SecretStore.Kinds)} and the prefixes of declared vaults are known";
                return null;
        }
    }

    private SecretSource? FromEnvironment(out string? problem)
    {
        var entries = RecordPlan.For(typeof(VaultServerConfig)).Fields
            .Select(field => (field.Name, IsText: field.Property.PropertyType == typeof(string), Value: options.Environment("KONG_VAULT_HCV_" + field.Name.ToUpperInvariant())))
            .Where(setting => setting.Value is not null)
            .Select(setting => new MapEntry(setting.Name, default, setting.IsText ? new ScalarNode(default, ScalarKind.String, setting.Value!) : YamlScalar.Type(default, setting.Value!)))
            .ToList();
        var wrong = new List<Problem>();
        var config = RecordBinder.Bind(typeof(VaultServerConfig), new MapNode(default, entries), new Binding("hcv", wrong)) as VaultServerConfig;
        problem = config is null
            ? "no vault declares it, and of the variables KONG_VAULT_HCV_*: " + string.Join("; ", wrong.Select(p => $"{p.Field}: {p.Message}"))
            : null;
        return config is null ? null : options.Secrets.Server(config);
    }
}

namespace Sluice.Host.Settings;

/// <summary>Kong's own settings as found in <c>KONG_*</c> variables and a kong.conf; a variable wins over the file, as in Kong.</summary>
internal sealed class KongSettings
{
    private readonly Dictionary<string, (string Value, string Origin)> values = new(StringComparer.Ordinal);

    /// <param name="environment">All variables; those that do not start with <c>KONG_</c> are passed over.</param>
    /// <param name="confPath">A kong.conf, or null.</param>
    public KongSettings(IEnumerable<KeyValuePair<string, string>> environment, string? confPath)
    {
        if (confPath is not null)
            foreach (var (key, value) in KongConfFile.Read(confPath))
                values[key] = (value, $"{key} in {confPath}");

        foreach (var (name, value) in environment)
            if (name.StartsWith("KONG_", StringComparison.Ordinal) && name is not ("KONG_CONF" or "KONG_PREFIX"))
                values[name[5..].ToLowerInvariant()] = (value, name);
    }

    /// <summary>Settings that Kong 3.9 knows and that change nothing here, as they are written (<c>KONG_PG_HOST</c>), in order.</summary>
    public IReadOnlyList<string> WithoutEffect => field ??= Names(static (key, value) =>
        !KongKeys.Heeded.Contains(key) && KongKeys.IsKnown(key) && !KongKeys.IsSatisfied(key, value));

    /// <summary>Settings that Kong 3.9 does not know either: most likely typing errors.</summary>
    public IReadOnlyList<string> Unknown => field ??= Names(static (key, _) => !KongKeys.Heeded.Contains(key) && !KongKeys.IsKnown(key));

    /// <summary>The value of a key and where it is written, or null when it is absent or empty.</summary>
    public (string Value, string Origin)? Find(string key) => values.TryGetValue(key, out var found) && found.Value.Length > 0 ? found : null;

    private List<string> Names(Func<string, string, bool> which) =>
        [.. values.Where(v => which(v.Key, v.Value.Value)).Select(v => v.Value.Origin).Order(StringComparer.Ordinal)];
}

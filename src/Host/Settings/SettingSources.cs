using Sluice.Host.Commands;

namespace Sluice.Host.Settings;

/// <summary>A value together with where it is written, so that a message about it can say so.</summary>
internal readonly record struct Setting(string Value, string Origin)
{
    /// <exception cref="UsageException">Always, saying what is wrong and where.</exception>
    public T Refuse<T>(string wanted) => throw new UsageException($"{Origin}: '{Value}' is not {wanted}");
}

/// <summary>
/// The places where a setting may stand, the strongest first: the command line, the <c>SLUICE_</c> variable of the option
/// (<c>--proxy-tls</c>: <c>SLUICE_PROXY_TLS</c>), the <c>KONG_</c> variable, kong.conf.
/// </summary>
/// <param name="options">The options given, by name; absent or null when not given.</param>
/// <param name="environment">All environment variables.</param>
internal sealed class SettingSources(
    IReadOnlyDictionary<string, string?> options, IReadOnlyDictionary<string, string> environment, KongSettings kong)
{
    public KongSettings Kong { get; } = kong;

    /// <summary>The setting of an option, or of the first of <paramref name="kongKeys"/> that is set.</summary>
    public Setting? Find(string? option, params ReadOnlySpan<string> kongKeys)
    {
        if (option is not null)
        {
            if (options.TryGetValue(option, out var given) && given is not null) return new Setting(given, option);
            var variable = VariableOf(option);
            if (environment.TryGetValue(variable, out var value) && value.Length > 0) return new Setting(value, variable);
        }

        foreach (var key in kongKeys)
            if (Kong.Find(key) is var (value, origin))
                return new Setting(value, origin);
        return null;
    }

    public string Text(string fallback, string? option, params ReadOnlySpan<string> kongKeys) => Find(option, kongKeys)?.Value ?? fallback;

    public IReadOnlyList<string> List(string? option, params ReadOnlySpan<string> kongKeys) =>
        Find(option, kongKeys)?.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>on, off, true, false, yes, no, 1, 0.</summary>
    public bool Switch(bool fallback, string? option, params ReadOnlySpan<string> kongKeys) => Find(option, kongKeys) switch
    {
        null => fallback,
        { Value: "on" or "true" or "yes" or "1" } => true,
        { Value: "off" or "false" or "no" or "0" } => false,
        { } other => other.Refuse<bool>("on or off"),
    };

    public int Number(int fallback, int min, int max, string? option, params ReadOnlySpan<string> kongKeys) => Find(option, kongKeys) switch
    {
        null => fallback,
        { } found when int.TryParse(found.Value, System.Globalization.CultureInfo.InvariantCulture, out var n) && n >= min && n <= max => n,
        { } other => other.Refuse<int>($"a whole number from {min} to {max}"),
    };

    /// <summary>The environment variable that stands for an option.</summary>
    public static string VariableOf(string option) =>
        "SLUICE_" + option.TrimStart('-').Replace('-', '_').ToUpperInvariant();
}

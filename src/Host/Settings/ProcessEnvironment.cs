using System.Collections;

namespace Sluice.Host.Settings;

/// <summary>The environment variables of this process.</summary>
internal static class ProcessEnvironment
{
    public static Dictionary<string, string> Read() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal);
}

using Sluice.Foundation.Schema;
using Sluice.Gateway.Plugins.Logging;

namespace Sluice.Gateway.Plugins.FileLog;

/// <summary>Where entries are written.</summary>
internal sealed record FileLogConfig
{
    /// <summary>The file, made when it is not there; entries are appended.</summary>
    [Required, Pattern(@"[^*&%\\`]+", "be a valid filename")]
    public string Path { get; init; } = "";

    /// <summary>Whether the file is opened anew for each write, so that it may be moved away at any time.</summary>
    public bool Reopen { get; init; }

    /// <summary>Fields to set or take out, as Lua code; see the page for what is supported.</summary>
    [CustomField]
    public IReadOnlyDictionary<string, string>? CustomFieldsByLua { get; init; }
}

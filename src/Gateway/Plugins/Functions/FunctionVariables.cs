using Microsoft.Extensions.Logging;

namespace Sluice.Gateway.Plugins.Functions;

/// <summary>What functions of one request keep for later ones of it, and where they write to the log.</summary>
public sealed class FunctionVariables
{
    private readonly Dictionary<string, string?> values = new(StringComparer.Ordinal);

    internal FunctionVariables()
    {
    }

    /// <summary>A variable; null while it is not set.</summary>
    public string? this[string name]
    {
        get => values.GetValueOrDefault(name);
        set => values[name] = value;
    }
}

/// <summary>Where functions write to the gateway's log.</summary>
public sealed partial class FunctionLog
{
    private readonly ILogger log;
    private readonly string plugin;

    internal FunctionLog(ILogger log, string plugin)
    {
        this.log = log;
        this.plugin = plugin;
    }

    /// <summary>Writes a line at the level notice.</summary>
    public void Write(string message) => LogLine(plugin, message);

    [LoggerMessage(1, LogLevel.Information, "{Plugin}: {Message}")]
    private partial void LogLine(string plugin, string message);
}

using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Plugins.BotDetection;

/// <summary>Refuses clients that say they are robots, by their <c>User-Agent</c>.</summary>
internal sealed record BotDetectionConfig
{
    /// <summary>Regular expressions of clients that pass, whatever else is said of them.</summary>
    [UserAgentPattern]
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>Regular expressions of clients that are refused besides the known robots.</summary>
    [UserAgentPattern]
    public IReadOnlyList<string> Deny { get; init; } = [];
}

/// <summary>A regular expression.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class UserAgentPatternAttribute : RuleAttribute
{
    public override string? Refuse(string value) => UserAgentPattern.TryCompile(value, out var problem) is null ? $"not a valid regex: '{value}' ({problem})" : null;
}

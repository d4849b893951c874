using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Plugins.AiPromptGuard;

/// <summary>Which prompts pass.</summary>
internal sealed record AiPromptGuardConfig : IChecked
{
    /// <summary>Regular expressions of which a prompt must match one.</summary>
    [Length(0, 10)]
    public IReadOnlyList<string>? AllowPatterns { get; init; }

    /// <summary>Regular expressions of which a prompt must match none.</summary>
    [Length(0, 10)]
    public IReadOnlyList<string>? DenyPatterns { get; init; }

    /// <summary>Whether only the last message is looked at.</summary>
    public bool AllowAllConversationHistory { get; init; }

    /// <summary>The most bytes of a request.</summary>
    [GreaterThan(0)]
    public int MaxRequestBodySize { get; init; } = 8192;

    /// <summary>Whether the messages of all roles are looked at, not only those of users.</summary>
    public bool MatchAllRoles { get; init; }

    public void Check(Action<string, string> report)
    {
        if (AllowPatterns is null && DenyPatterns is null) report("", "at least one of these fields must be non-empty: 'allow_patterns', 'deny_patterns'");
        if (MatchAllRoles && AllowAllConversationHistory) report("allow_all_conversation_history", "value must be false when match_all_roles is true");
        foreach (var (field, patterns) in new[] { ("allow_patterns", AllowPatterns), ("deny_patterns", DenyPatterns) })
            foreach (var pattern in patterns ?? [])
                if (pattern.Length is 0 or > 500) report(field, "must have 1 to 500 characters");
    }
}

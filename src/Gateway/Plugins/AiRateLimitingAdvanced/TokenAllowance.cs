using Sluice.Gateway.Counters;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Llm;
using Sluice.Gateway.Plugins.RateLimiting;

namespace Sluice.Gateway.Plugins.AiRateLimitingAdvanced;

/// <summary>What one exchange's caller has left, kept from the Limit stage to the Record stage.</summary>
internal sealed class TokenAllowance(AiRateLimitingAdvancedConfig config, CallerKey caller, IReadOnlyList<(ProviderLimit Limit, QuotaUse[] Uses)> providers) : LlmAllowance
{
    public CallerKey Caller => caller;

    public IReadOnlyList<(ProviderLimit Limit, QuotaUse[] Uses)> Providers => providers;

    /// <summary>The providers that the request was refused for; null when it was not.</summary>
    public IReadOnlyList<string>? Refused { get; private set; }

    /// <summary>What was used has been counted.</summary>
    public bool Counted { get; set; }

    /// <summary>The client has been told.</summary>
    public bool Told { get; set; }

    public override bool IsUsedUp(string provider)
    {
        foreach (var (limit, uses) in providers)
            if (limit.Provider == provider) return limit.IsUsedUp(uses);
        return false;
    }

    public override Answer Refuse(IEnumerable<string> providers)
    {
        Refused = [.. providers];
        var message = config.ErrorHideProviders ? config.ErrorMessage.TrimEnd(' ', ':') : config.ErrorMessage + string.Join(", ", Refused);
        return RateLimitingErrors.LimitExceeded(config.ErrorCode, message).Answer;
    }
}

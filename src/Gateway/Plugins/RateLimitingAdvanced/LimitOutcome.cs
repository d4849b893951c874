using Sluice.Gateway.Counters;

namespace Sluice.Gateway.Plugins.RateLimitingAdvanced;

/// <summary>What an exchange was told of its limits, kept from the Limit stage to the Record stage.</summary>
internal sealed class LimitOutcome
{
    /// <summary>The caller that counts as having a request under way; null when none was counted.</summary>
    public Caller? UnderWay { get; set; }

    /// <summary>Requests left of <c>concurrency</c>; null without it.</summary>
    public int? ConcurrentLeft { get; set; }

    /// <summary>What is used of each window, this request not included; null when the windows were not asked.</summary>
    public QuotaUse[]? Uses { get; set; }

    public bool Refused { get; set; }

    /// <summary>The client has been told.</summary>
    public bool Told { get; set; }
}

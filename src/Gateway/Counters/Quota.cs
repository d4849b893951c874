namespace Sluice.Gateway.Counters;

/// <summary>How usage is weighed against a <see cref="Quota"/>.</summary>
internal enum LimitAlgorithm
{
    /// <summary>Windows follow each other; each begins at nothing. Up to twice the limit can pass around the border of two windows.</summary>
    FixedWindow,

    /// <summary>The running window, and of the one before the part that a window ending now would still cover, as if its requests had come evenly.</summary>
    SlidingWindow,

    /// <summary>A bucket of <see cref="Quota.Limit"/> tokens that fills up evenly in one window: bursts pass, the average holds.</summary>
    TokenBucket,
}

/// <summary>How much is allowed in how long.</summary>
/// <param name="Limit">Above 0; need not be whole.</param>
/// <param name="Window">Whole milliseconds, at least 1.</param>
internal readonly record struct Quota(double Limit, TimeSpan Window);

/// <summary>What came of asking for a cost under several quotas at once: it is allowed by all of them and counted in all, or in none.</summary>
/// <param name="Allowed">Whether it was.</param>
/// <param name="Shared">Whether the counts are those of all nodes; false when they are this node's own because the shared ones are away.</param>
/// <param name="Uses">What was used of each quota before, in the order asked.</param>
internal readonly record struct CountResult(bool Allowed, bool Shared, IReadOnlyList<QuotaUse> Uses);

/// <summary>What is used of one quota.</summary>
/// <param name="Used">Before this request.</param>
/// <param name="Reset">Windows: until the running one is over. Buckets: until the cost that was asked for is there.</param>
internal readonly record struct QuotaUse(double Used, TimeSpan Reset);

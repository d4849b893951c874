using Sluice.Foundation.Redis;
using Sluice.Gateway.Counters;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.GraphQl.Documents;
using Sluice.Gateway.Redis;

namespace Sluice.Gateway.Plugins.GraphQl;

/// <summary>Holds operations against the configured rates.</summary>
internal sealed class GraphQlRates
{
    private readonly Rate[] rates;

    public GraphQlRates(GraphQlConfig config, PluginSetup setup)
    {
        var (shared, lease) = (setup.Shared, setup.Snapshot.Lease);
        RedisClient? redis = config is { Strategy: "redis", RateLimits.Count: > 0 } ? SharedRedis.For(config.Redis!, shared, lease, setup.Time, setup.Log).Client : null;
        rates = [.. config.RateLimits.Select(Make)];

        Rate Make(GraphQlRateLimitConfig rate)
        {
            var algorithm = rate.WindowType switch
            {
                "fixed" => LimitAlgorithm.FixedWindow,
                "sliding" => LimitAlgorithm.SlidingWindow,
                _ => LimitAlgorithm.TokenBucket,
            };

            // What is counted outlives a change of the limits, but not of what they are about.
            var scope = $"graphql:{setup.Middleware.Id}:{rate.Operation}:{rate.Type}:{rate.RootField}:{rate.Counts}:{rate.Identifier}:{rate.HeaderName}";
            var window = TimeSpan.FromMilliseconds(Math.Round(rate.WindowSize * 1000));
            var counters = shared.Get((scope, algorithm, window, redis), lease, () => new SharedCounters(redis, setup.Time));
            return new Rate(rate, algorithm, new Quota(rate.Limit, window), new CallerIdentity(rate.Identifier, rate.HeaderName), counters, scope);
        }
    }

    public bool IsEmpty => rates.Length == 0;

    /// <summary>Counts the operations of a request, each under the rates that it fits, up to the first that does not allow it.</summary>
    /// <returns>How long to wait; null when all are allowed.</returns>
    public async ValueTask<TimeSpan?> CountAsync(Exchange exchange, (GraphQlPlan Plan, double Cost)[] operations)
    {
        foreach (var (plan, cost) in operations)
        {
            foreach (var rate in rates)
            {
                if (!rate.Fits(plan)) continue;
                var (allowed, reset) = await rate.CountAsync(exchange, cost).ConfigureAwait(false);
                if (!allowed) return reset;
            }
        }

        return null;
    }

    private sealed class Rate(GraphQlRateLimitConfig config, LimitAlgorithm algorithm, Quota quota, CallerIdentity identity, SharedCounters counters, string scope)
    {
        private readonly Quota[] quotas = [quota];

        public bool Fits(GraphQlPlan plan) =>
            (config.Operation is null || config.Operation == plan.Operation.Name)
            && (config.Type is null || config.Type.Equals(plan.Operation.Type.ToString(), StringComparison.OrdinalIgnoreCase))
            && (config.RootField is null || plan.RootFields.Contains(config.RootField, StringComparer.Ordinal));

        public ValueTask<(bool Allowed, TimeSpan Reset)> CountAsync(Exchange exchange, double cost)
        {
            var weight = config.Counts == "cost" ? Math.Min(cost, double.MaxValue) : 1;
            if (!counters.IsLocal) return AskAsync(exchange, weight);
            Span<QuotaUse> uses = stackalloc QuotaUse[1];
            var allowed = counters.CountHere(algorithm, identity.Of(exchange), quotas, weight, uses);
            return new((allowed, uses[0].Reset));
        }

        private async ValueTask<(bool Allowed, TimeSpan Reset)> AskAsync(Exchange exchange, double weight)
        {
            var result = await counters.CountAsync(algorithm, $"{scope}:{identity.NameOf(exchange)}", quotas, weight).ConfigureAwait(false);
            return (result.Allowed, result.Uses[0].Reset);
        }
    }
}

using System.Diagnostics;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Upstreams;
using Endpoint = Sluice.Gateway.Upstreams.Endpoint;

namespace Sluice.Gateway.Pipeline;

/// <summary>
/// One try that gets a second one beside it when it is slow (Dean and Barroso, The Tail at Scale, 2013). The first good answer is passed on, the other
/// try is cut off. Only for requests without a body, whose second sending touches nothing of the exchange.
/// </summary>
internal static class HedgedTries
{
    /// <summary>Runs the first try, and the second where the rules say so. Begins and ends the endpoints' tries.</summary>
    public static async ValueTask<TryResult> RunAsync(Exchange exchange, ServiceModel service, Endpoint endpoint, HedgeRules rules)
    {
        var gate = new object();
        var first = new RacingTry(endpoint, gate);
        var firstTry = TryAsync(exchange, service, first).AsTask();
        if (firstTry.IsCompleted) return await firstTry;

        using var fast = new CancellationTokenSource();
        await Task.WhenAny(firstTry, Task.Delay(rules.Delay, rules.Time, fast.Token));
        await fast.CancelAsync();
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        if (firstTry.IsCompleted || first.HasWon || exchange.Http.RequestAborted.IsCancellationRequested) return await firstTry;

        var choice = await service.Balancer.ChooseAsync(exchange, new TriedEndpoints([endpoint]));
        if (choice.Endpoint is not { } another || !rules.Allows(exchange)) return await firstTry;
        var second = new RacingTry(another, gate);
        if (!first.TryPair(second)) return await firstTry;
        var secondTry = TryAsync(exchange, service, second).AsTask();

        // Both are waited for: neither may touch the exchange when it is over. A try that was cut off ends at once.
        var results = await Task.WhenAll(firstTry, secondTry);
        if (exchange.Loop is { } own) await own.SwitchTo();
        rules.Ended(exchange, second.HasWon);
        if (first.HasWon) return results[0];
        if (second.HasWon) return results[1];

        // Neither had a good answer. One that gave way to the other says less than what the other ended with.
        return results[0].Outcome == TryOutcome.Answered ? results[1] : results[0];
    }

    private static async ValueTask<TryResult> TryAsync(Exchange exchange, ServiceModel service, RacingTry race)
    {
        var started = Stopwatch.GetTimestamp();
        var result = new TryResult { Outcome = TryOutcome.Abandoned };
        race.Endpoint.Begin();
        try
        {
            result = await service.Client.TryAsync(exchange, race.Endpoint, race);
            if (race.IsCut) result = RacingTry.Lost(status: 0);
            return result;
        }
        finally
        {
            race.End();
            var answered = race.HasWon && exchange.Timings.UpstreamAnswered > started ? exchange.Timings.UpstreamAnswered : Stopwatch.GetTimestamp();
            race.Endpoint.End(result.Outcome, result.Status, Stopwatch.GetElapsedTime(started, answered));
        }
    }
}

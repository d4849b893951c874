using System.Diagnostics;
using System.Globalization;
using Sluice.Gateway.Counters;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Plugins.Retry;

/// <summary>The rules that <c>retry</c> is configured with.</summary>
internal sealed class PluginRetryRules(RetryPluginConfig config, RetryBudget budget, RetryCounts counts, TimeProvider time, Random random) : RetryRules
{
    private readonly int[] statuses = [.. config.OnStatuses];
    private readonly string[] methods = [.. config.Methods];
    private readonly bool onConnect = config.OnErrors.Contains("connect");
    private readonly bool onTimeout = config.OnErrors.Contains("timeout");
    private readonly bool onBroken = config.OnErrors.Contains("broken");

    public override TimeSpan TryTimeout { get; } = TimeSpan.FromMilliseconds(config.TryTimeout);

    /// <summary>The method may be repeated although the upstream may have seen it.</summary>
    public bool MayRepeat(string method) => methods.AsSpan().Contains(method);

    public override bool Allows(Exchange exchange, in TryResult failed)
    {
        var wanted = failed.Outcome switch
        {
            // A connection that was not made in time belongs to both kinds.
            TryOutcome.TimedOut => onTimeout || (onConnect && failed.SafeForAnyMethod),
            TryOutcome.ConnectFailed => onConnect,
            TryOutcome.Broken => onBroken,
            _ => false,
        };
        return Decide(exchange, wanted && (failed.SafeForAnyMethod || MayRepeat(exchange.Upstream.Method)), TimeSpan.Zero);
    }

    public override bool Declines(Exchange exchange, in TryResult answer, string? retryAfter) =>
        statuses.AsSpan().Contains(answer.Status)
        && Decide(exchange, MayRepeat(exchange.Upstream.Method), config.HonorRetryAfter && retryAfter is not null ? Parse(retryAfter) : TimeSpan.Zero);

    public override async ValueTask<bool> WaitAsync(Exchange exchange)
    {
        var pause = exchange.RetryDelay;
        if (pause > TimeSpan.Zero)
        {
            try
            {
                await Task.Delay(pause, time, exchange.Http.RequestAborted).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // The client has gone: what is answered now nobody reads.
            }

            if (exchange.Loop is { } loop) await loop.SwitchTo();
        }

        return pause <= TimeSpan.Zero || !exchange.Http.RequestAborted.IsCancellationRequested;
    }

    private bool Decide(Exchange exchange, bool retryable, TimeSpan asked)
    {
        var pause = Pause(exchange.Timings.Tries, asked);
        var decision = !retryable ? RetryDecision.NotRetryable
            : exchange.Timings.Tries >= config.Attempts ? RetryDecision.NoAttempts
            : asked.TotalSeconds > config.RetryAfterMax || IsTooLate(exchange, pause) ? RetryDecision.TooLate
            : !budget.TryWithdraw() ? RetryDecision.NoBudget
            : RetryDecision.Retried;
        counts.Note(exchange.LoopIndex, decision);
        exchange.RetryDelay = pause;
        return decision == RetryDecision.Retried;
    }

    private bool IsTooLate(Exchange exchange, TimeSpan pause) =>
        config.TotalTimeout > 0 && (Stopwatch.GetElapsedTime(exchange.Timings.UpstreamStarted) + pause).TotalMilliseconds >= config.TotalTimeout;

    /// <summary>The pause after this many tries: doubled each time, less what chance takes away; never less than the upstream asked for.</summary>
    private TimeSpan Pause(int tries, TimeSpan asked)
    {
        var full = Math.Min(config.Backoff.Max, config.Backoff.Base * Math.Pow(2, Math.Max(0, tries - 1)));
        var pause = TimeSpan.FromMilliseconds(full * (1 - (config.Backoff.Jitter * random.NextDouble())));
        return pause > asked ? pause : asked;
    }

    /// <summary>Seconds or a date (RFC 9110, 10.2.3); what is neither asks for nothing.</summary>
    private TimeSpan Parse(string retryAfter)
    {
        if (uint.TryParse(retryAfter, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return TimeSpan.FromSeconds(seconds);
        if (!DateTimeOffset.TryParseExact(retryAfter, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)) return TimeSpan.Zero;
        var left = date - time.GetUtcNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}

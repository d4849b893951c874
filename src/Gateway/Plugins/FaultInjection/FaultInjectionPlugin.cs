using System.Text;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.FaultInjection;

/// <summary>Makes requests slow or has them fail, to see what callers make of it.</summary>
internal sealed class FaultInjectionPlugin : Plugin
{
    private const int CloseWithoutAnswer = 444;

    private readonly FaultInjectionConfig config;
    private readonly HeaderConditions conditions;
    private readonly Answer? abort;
    private readonly Random random;
    private readonly TimeProvider time;
    private readonly InjectedFaults faults;
    private int waiting;

    public FaultInjectionPlugin(FaultInjectionConfig config, PluginSetup setup)
    {
        this.config = config;
        conditions = new HeaderConditions(config.Headers);
        abort = config.Abort is { } answer ? AnswerOf(answer) : null;
        random = setup.Random;
        time = setup.Time;
        faults = setup.Shared.Get(typeof(FaultInjectionPlugin), setup.Snapshot.Lease, static () => new InjectedFaults());
    }

    public static PluginDescriptor Descriptor { get; } =
        new PluginDescriptor<FaultInjectionPlugin, FaultInjectionConfig>((c, s) => new FaultInjectionPlugin(c, s))
        {
            Name = "fault-injection",
            Summary = "Makes a part of the requests slow or has them fail, to test what callers make of it.",
        };

    public override ValueTask<Verdict> RewriteAsync(Exchange exchange)
    {
        if (!conditions.Hold(exchange)) return Verdict.Continue;
        var delays = config.Delay is { } delay && Happens(delay.Percentage);
        var aborts = config.Abort is { } failure && Happens(failure.Percentage);
        if (!delays) return aborts ? Abort(exchange) : Verdict.Continue;
        if (Interlocked.Increment(ref waiting) <= config.MaxActive) return DelayAsync(exchange, aborts);
        Interlocked.Decrement(ref waiting);
        faults.Spared(exchange.LoopIndex);
        return aborts ? Abort(exchange) : Verdict.Continue;
    }

    private static Answer AnswerOf(FaultAbort config)
    {
        KeyValuePair<string, StringValues>[] headers = [.. config.Headers.Select(h => new KeyValuePair<string, StringValues>(h.Key, h.Value))];
        if (config.Body is null) return Answer.From(new GatewayError(config.Status, "FAULT_INJECTED", "fault filter abort", Fault.Gateway), headers);
        return new Answer { Status = config.Status, Body = Encoding.UTF8.GetBytes(config.Body), ContentType = config.ContentType, Headers = headers };
    }

    private bool Happens(double percentage) => percentage > 0 && (percentage >= 100 || random.NextDouble() * 100 < percentage);

    /// <summary>A timer waits, not the loop's thread. A client that goes away ends the wait.</summary>
    private async ValueTask<Verdict> DelayAsync(Exchange exchange, bool aborts)
    {
        faults.Delayed(exchange.LoopIndex);
        try
        {
            var (min, max) = (config.Delay!.Min, config.Delay.Max ?? config.Delay.Min);
            var wait = TimeSpan.FromMilliseconds(min + ((max - min) * (min == max ? 0 : random.NextDouble())));
            await Task.Delay(wait, time, exchange.Http.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }

        if (exchange.Loop is { } loop) await loop.SwitchTo();
        return aborts ? (await Abort(exchange)) : default;
    }

    private ValueTask<Verdict> Abort(Exchange exchange)
    {
        faults.Aborted(exchange.LoopIndex);
        if (config.Abort!.Status == CloseWithoutAnswer) exchange.Http.Abort();
        return Verdict.Stop(abort!);
    }
}

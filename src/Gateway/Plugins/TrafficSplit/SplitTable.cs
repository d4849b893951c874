using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.TrafficSplit;

/// <summary>A rule, compiled: whom it takes and between what it divides them.</summary>
internal sealed class SplitTable
{
    private readonly HeaderConditions headers;
    private readonly string[] groups;
    private readonly SplitTarget[] targets;
    private readonly int total;

    /// <param name="config">The rule.</param>
    /// <param name="targets">Its destinations; those without weight are left out.</param>
    public SplitTable(SplitRule config, IEnumerable<SplitTarget> targets)
    {
        headers = new HeaderConditions(config.Headers);
        groups = [.. config.ConsumerGroups];
        this.targets = [.. targets.Where(t => t.Weight > 0)];
        total = this.targets.Sum(t => t.Weight);
    }

    public bool Takes(Exchange exchange) => headers.Hold(exchange) && (groups.Length == 0 || IsInGroups(exchange));

    /// <summary>The destination at <paramref name="chance"/>, from 0 to below 1.</summary>
    public SplitTarget At(double chance)
    {
        var left = chance * total;
        foreach (var target in targets)
        {
            left -= target.Weight;
            if (left < 0) return target;
        }

        return targets[^1];
    }

    /// <summary>The destination of a caller, the same for as long as the weights leave it there.</summary>
    public SplitTarget Of(ulong caller)
    {
        var best = targets[0];
        var highest = double.NegativeInfinity;
        foreach (var target in targets)
        {
            var draw = target.Draw(caller);
            if (draw <= highest) continue;
            (best, highest) = (target, draw);
        }

        return best;
    }

    private bool IsInGroups(Exchange exchange)
    {
        if (exchange.Consumer is not { } consumer) return false;
        for (var i = 0; i < consumer.Groups.Count; i++)
            if (groups.AsSpan().Contains(consumer.Groups[i].Name)) return true;
        return false;
    }
}

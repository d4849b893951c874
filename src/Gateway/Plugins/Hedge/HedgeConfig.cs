using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Plugins.Hedge;

/// <summary>When a request that is slow gets a second try beside the first.</summary>
internal sealed record HedgeConfig : IChecked
{
    /// <summary>Milliseconds that the first try runs alone. With <see cref="Percentile"/>, until enough answers have been measured.</summary>
    [Between(1, 60000)]
    public int Delay { get; init; } = 100;

    /// <summary>The percentile of the latest answers' latency after which the second try begins, in place of a fixed delay: 95 for the slowest twentieth.</summary>
    [Between(1, 99.9)]
    public double? Percentile { get; init; }

    /// <summary>Milliseconds that a delay found by <see cref="Percentile"/> has at least.</summary>
    [Between(1, 60000)]
    public int MinDelay { get; init; } = 5;

    /// <summary>Milliseconds that a delay found by <see cref="Percentile"/> has at most.</summary>
    [Between(1, 60000)]
    public int MaxDelay { get; init; } = 5000;

    /// <summary>The methods that may be sent twice; only safe ones can be.</summary>
    [OneOf("GET", "HEAD", "OPTIONS", "TRACE"), Unique, Length(1)]
    public IReadOnlyList<string> Methods { get; init; } = ["GET", "HEAD", "OPTIONS"];

    /// <summary>Second tries per request of the last <see cref="BudgetWindow"/>. Per node.</summary>
    [Between(0, 1)]
    public double BudgetRatio { get; init; } = 0.1;

    /// <summary>Second tries per window that are allowed in any case.</summary>
    [Between(0, 100000)]
    public int BudgetMin { get; init; } = 5;

    /// <summary>Seconds over which requests and second tries are counted.</summary>
    [Between(1, 3600)]
    public int BudgetWindow { get; init; } = 10;

    public void Check(Action<string, string> report)
    {
        if (Percentile is not null && MaxDelay < MinDelay) report("max_delay", $"must not be less than min_delay ({MinDelay})");
    }
}

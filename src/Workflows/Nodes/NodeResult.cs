using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes;

/// <summary>What a node gives: items per output, or that it waits.</summary>
public readonly struct NodeResult
{
    private static readonly IReadOnlyList<Item> None = [];

    private NodeResult(IReadOnlyList<Item>[]? outputs, WaitRequest? wait)
    {
        Outputs = outputs ?? [];
        Wait = wait;
    }

    /// <summary>The items of each output; fewer than the node has outputs when the last ones give none.</summary>
    public IReadOnlyList<Item>[] Outputs { get; }

    /// <summary>What it waits for; null when it is done.</summary>
    public WaitRequest? Wait { get; }

    /// <summary>No items: what comes after it does not run.</summary>
    public static NodeResult Nothing => new([None], null);

    public static NodeResult Of(IReadOnlyList<Item> items) => new([items], null);

    public static NodeResult Of(IReadOnlyList<Item>[] outputs) => new(outputs, null);

    /// <summary>All items on one of several outputs.</summary>
    public static NodeResult On(int output, int outputs, IReadOnlyList<Item> items)
    {
        var all = new IReadOnlyList<Item>[outputs];
        Array.Fill(all, None);
        all[output] = items;
        return new(all, null);
    }

    /// <summary>The run waits; the worker is free meanwhile.</summary>
    public static NodeResult WaitingFor(WaitRequest wait) => new(null, wait);

    public static implicit operator ValueTask<NodeResult>(NodeResult output) => new(output);
}

/// <summary>What a node waits for: a time, a call, or whichever comes first.</summary>
/// <param name="Until">When it goes on by itself; null for never.</param>
/// <param name="OnCall">Whether a call to its resume address makes it go on.</param>
public sealed record WaitRequest(DateTimeOffset? Until, bool OnCall)
{
    /// <summary>What is said in place of <c>GET</c>, <c>POST</c> ...; empty for any method.</summary>
    public string Method { get; init; } = "";

    /// <summary>What the address ends with after the run's own part.</summary>
    public string Suffix { get; init; } = "";

    /// <summary>What a person is asked who decides; empty for nothing.</summary>
    public string Message { get; init; } = "";
}

namespace Sluice.Workflows.Runs;

/// <summary>What is to be done after an event.</summary>
internal enum EffectKind
{
    /// <summary>Run a node.</summary>
    Run,

    /// <summary>Run a node again after a while.</summary>
    Retry,

    /// <summary>Let go of the worker: the run waits.</summary>
    Park,

    /// <summary>The run has ended well, as far as its nodes are concerned.</summary>
    Succeed,

    /// <summary>The run has failed.</summary>
    Fail,
}

internal readonly record struct Effect(EffectKind Kind, NodeRun? NodeRun = null, TimeSpan Delay = default);

namespace Sluice.Gateway.Tests;

/// <summary>Chance that a test has decided beforehand: the values one after another, and then from the start again.</summary>
internal sealed class ScriptedRandom(params double[] values) : Random
{
    private int next = -1;

    public override double NextDouble() => values[Interlocked.Increment(ref next) % values.Length];

    public override int Next(int maxValue) => (int)(NextDouble() * maxValue);
}

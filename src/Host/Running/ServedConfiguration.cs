namespace Sluice.Host.Running;

/// <summary>The configuration that is served.</summary>
/// <param name="Loaded">What was read.</param>
/// <param name="At">When it was taken into service.</param>
/// <param name="Generation">1 for the first since the start.</param>
internal sealed record ServedConfiguration(LoadedConfiguration Loaded, DateTimeOffset At, int Generation);

/// <summary>A newer configuration that was not taken, and why.</summary>
internal sealed record RefusedConfiguration(DateTimeOffset At, IReadOnlyList<string> Problems);

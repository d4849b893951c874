namespace Sluice.Gateway.Pipeline;

/// <summary>A stage of a plugin from the plugin folder did not come to an end in time.</summary>
internal sealed class PluginTimeoutException(TimeSpan limit) : Exception($"it did not finish within {limit.TotalSeconds:0.###} s");

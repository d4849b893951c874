using Microsoft.Extensions.Logging;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Extending;

/// <summary>
/// Looks whether a plugin holds an event loop, with all connections on it. It is reported by name, and stopped where its code was compiled here
/// (<see cref="PluginGuard"/>); code in a finished assembly cannot be stopped, only reported.
/// </summary>
internal sealed partial class PluginWatch : IDisposable
{
    /// <summary>A plugin that runs for so long without awaiting anything is stopped.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyList<EventLoop> loops;
    private readonly (Plugin? Plugin, uint Turn)[] reported;
    private readonly ILogger log;
    private readonly Timer? timer;

    public PluginWatch(IReadOnlyList<EventLoop> loops, ILogger log)
    {
        this.loops = loops;
        this.log = log;
        reported = new (Plugin?, uint)[loops.Count];
        if (loops.Count > 0) timer = new Timer(static watch => ((PluginWatch)watch!).Look(), this, Interval, Interval);
    }

    public void Dispose() => timer?.Dispose();

    private void Look()
    {
        EventLoop? stop = null;
        for (var i = 0; i < loops.Count; i++)
        {
            var loop = loops[i];
            if (loop.Running is not { } plugin || loop.CurrentTurn < Limit) continue;
            stop = loop;

            // Not again for one that cannot be stopped.
            if (reported[i] == (plugin, loop.TurnNumber)) continue;
            reported[i] = (plugin, loop.TurnNumber);
            plugin.Failures?.Note(PluginFailureKind.HeldLoop, $"it held event loop {i} for {Limit.TotalSeconds:0} s");
            LogHeld(plugin.Failures?.Name ?? plugin.GetType().Name, i, Limit.TotalSeconds);
        }

        PluginGuard.Stop(stop);
    }

    [LoggerMessage(1, LogLevel.Critical, "plugin {Plugin} has held event loop {Loop} for {Seconds} s, and all connections on it wait; its code is stopped where it was compiled by Sluice")]
    private partial void LogHeld(string plugin, int loop, double seconds);
}

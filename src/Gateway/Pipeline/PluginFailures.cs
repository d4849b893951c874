using System.Globalization;
using Sluice.Gateway.Upstreams.Health;

namespace Sluice.Gateway.Pipeline;

/// <summary>How a plugin fails that does not do what it should.</summary>
internal enum PluginFailureKind { Error, Timeout, HeldLoop, Memory }

/// <summary>
/// What has gone wrong in one plugin, wherever it is configured. When that happens again and again it is reported once, and where the settings say so
/// the plugin is not run for a while: its requests are refused at once, since what it was to decide is then not decided.
/// </summary>
public sealed class PluginFailures
{
    /// <summary>So many failures within <see cref="Window"/> are reported.</summary>
    internal const int Repeated = 5;

    internal static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly long[] counts = new long[4];
    private readonly TimeProvider time;
    private readonly HealthEvents events;
    private long windowStarted;
    private int inWindow;
    private long pausedAt;
    private volatile bool paused;

    internal PluginFailures(string name, TimeProvider time, HealthEvents events)
    {
        Name = name;
        this.time = time;
        this.events = events;
    }

    /// <summary>The plugin.</summary>
    public string Name { get; }

    /// <summary>After how many failures within a minute it is not run for half a minute; 0 for never.</summary>
    internal int PauseAfter { get; set; }

    /// <summary>The last failure, for people; null for none.</summary>
    public string? Last { get; private set; }

    /// <summary>When that was.</summary>
    public DateTimeOffset LastAt { get; private set; }

    /// <summary>Failures since the start.</summary>
    public long Total => counts.Sum();

    /// <summary>Whether it is left alone for now, and its requests refused.</summary>
    public bool IsPaused
    {
        get
        {
            if (!paused) return false;
            if (time.GetElapsedTime(Volatile.Read(ref pausedAt)) < Pause) return true;
            Resume();
            return false;
        }
    }

    internal long Count(PluginFailureKind kind) => Volatile.Read(ref counts[(int)kind]);

    /// <summary>Notes a failure.</summary>
    internal void Note(PluginFailureKind kind, string message)
    {
        string? state = null;
        lock (gate)
        {
            counts[(int)kind]++;
            Last = message;
            LastAt = time.GetUtcNow();
            var now = time.GetTimestamp();
            if (inWindow == 0 || time.GetElapsedTime(windowStarted, now) > Window)
            {
                windowStarted = now;
                inWindow = 0;
            }

            inWindow++;
            if (PauseAfter > 0 && inWindow >= PauseAfter && !paused)
            {
                pausedAt = now;
                paused = true;
                state = "paused";
            }
            else if (inWindow == Repeated)
            {
                state = "failing";
            }
        }

        if (state is not null) Report(state, string.Create(CultureInfo.InvariantCulture, $"{inWindow} failures within a minute, the last: {message}"));
    }

    /// <summary>Runs it again: half a minute has passed, or its file has changed.</summary>
    internal void Resume()
    {
        lock (gate)
        {
            if (!paused) return;
            paused = false;
            inWindow = 0;
        }

        Report("running", "");
    }

    private void Report(string state, string reason) => events.Add(new HealthEvent(time.GetUtcNow(), HealthEventKind.Plugin, Name, null, state, reason));
}

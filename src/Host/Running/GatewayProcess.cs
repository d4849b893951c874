using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Sluice.Control.Nodes;
using Sluice.Control.Releases;
using Sluice.Foundation.Secrets;
using Sluice.Foundation.Storage;
using Sluice.Gateway.Telemetry;
using Sluice.Host.Admin;
using Sluice.Host.Demo;
using Sluice.Host.Settings;

namespace Sluice.Host.Running;

/// <summary>The life of <c>sluice run</c>: load, listen, serve and reload, drain.</summary>
internal static class GatewayProcess
{
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(RunSettings settings, TimeProvider time)
    {
        using var logs = LoggerFactory.Create(logging => Configure(logging, settings.LogLevel));
        var plugins = new OwnPlugins(settings.PluginFolder);
        var watch = new FileWatch([.. settings.Sources, .. settings.Tls.Certificates, .. settings.Tls.Keys], time, () => plugins.Files);
        if (plugins.Load() is { Count: > 0 } unusable)
            return await FailAsync(ExitCode.ConfigurationProblems, [.. unusable.Select(p => p.ToString()), "sluice: the plugins cannot be used"]);
        using var secrets = new SecretStore(settings.SecretsFolder, time);
        var first = settings.Sources.Count > 0 || settings.InlineDocument is not null
            ? ConfigurationLoader.Load(settings.Sources, settings.InlineDocument, settings.Gateway.RouterFlavor, secrets: secrets)
            : null;
        foreach (var warning in first?.Warnings ?? []) await Console.Error.WriteLineAsync(warning.ToString());
        if (first is not null && RunningGateway.ProblemsOf(first, settings.SkipUnsupported) is { Count: > 0 } problems)
            return await FailAsync(ExitCode.ConfigurationProblems, [.. problems, "sluice: the configuration cannot be served"]);

        var addresses = settings.Proxy.Concat(settings.Admin).Concat(settings.Status);
        if (settings.DemoUpstream is { } demo) addresses = addresses.Append(demo);
        if (addresses.Select(ListenProbe.Check).FirstOrDefault(p => p is not null) is { } taken)
            return await FailAsync(ExitCode.CannotListen, [$"sluice: {taken}"]);

        // A process that stores nothing is a new one each time.
        if (settings.StoresReleases || settings.Database.Kind == DatabaseKind.Postgres) GatewayNode.Keep(Node.LoadId(settings.DataFolder));
        try
        {
            using var traces = TraceExport.Start(settings.Traces, logs);
            await using var database = new Database(settings.Database);

            // Given away: what was read at the start must not be kept until the end.
            await using var gateway = await RunningGateway.CreateAsync(settings, database, Interlocked.Exchange(ref first, null), plugins, secrets, logs, time);
            return await ServeAsync(gateway, database, settings, watch, secrets, logs, time);
        }
        catch (DatabaseException problem)
        {
            return await FailAsync(ExitCode.ConfigurationProblems, [$"sluice: {problem.Message}"]);
        }
        catch (ReleaseUnreadableException problem)
        {
            return await FailAsync(ExitCode.ConfigurationProblems, [problem.Message, "sluice: the configuration cannot be served"]);
        }
        catch (PlatformNotSupportedException problem)
        {
            return await FailAsync(ExitCode.Usage, [$"sluice: {problem.Message}"]);
        }
        catch (IOException problem)
        {
            return await FailAsync(ExitCode.CannotListen, [$"sluice: {problem.Message}"]);
        }
    }

    private static async Task<int> ServeAsync(
        RunningGateway gateway, Database database, RunSettings settings, FileWatch watch, SecretStore secrets, ILoggerFactory logs, TimeProvider time)
    {
        // One reload at a time; what is asked for meanwhile waits.
        var reloads = Channel.CreateBounded<bool>(new BoundedChannelOptions(16) { FullMode = BoundedChannelFullMode.DropWrite });
        using var signals = new ShutdownSignals(reload: () => reloads.Writer.TryWrite(true));
        await using var demo = settings.DemoUpstream is { } address ? await DemoUpstream.StartAsync(address) : null;
        // What reading the configuration left behind goes before the first request comes, and its memory back to the system.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var control = new ControlPlane(settings, database, () => new NodeReport(gateway.Releases.Current.Release.Number, gateway.Refused?.Problems[0]), logs, time);
        gateway.Releases.Served += _ => control.ReleaseChanged();
        await using var admin = await StartAdminAsync(gateway, control, settings, logs, time);
        // Last of all: whoever sees it answer may count on the admin listener, too.
        await gateway.StartAsync();
        StartSummary.Write(Console.Out, settings, gateway, admin?.Urls ?? [], await control.NotesAsync(admin?.Urls ?? []));

        var controlling = control.RunAsync(signals.Stopping);
        var watching = watch.RunAsync(changed: () => reloads.Writer.TryWrite(false), signals.Stopping);
        var watchingSecrets = secrets.WatchAsync(() => gateway.Snapshot.Document.Secrets, changed: () => reloads.Writer.TryWrite(true), signals.Stopping);
        try
        {
            await foreach (var force in reloads.Reader.ReadAllAsync(signals.Stopping)) await gateway.ReloadAsync(force);
        }
        catch (OperationCanceledException)
        {
            // Told to end.
        }

        await Task.WhenAll(watching, watchingSecrets, controlling);
        await Console.Out.WriteLineAsync($"draining for up to {settings.DrainTimeout.TotalSeconds:0} s");
        var finished = await gateway.DrainAsync();
        await Console.Out.WriteLineAsync(finished ? "ended" : "ended; some requests were cut off");
        return ExitCode.Ok;
    }

    private static async Task<WebApplication?> StartAdminAsync(
        RunningGateway gateway, ControlPlane control, RunSettings settings, ILoggerFactory logs, TimeProvider time) =>
        settings.Admin.Count + settings.Status.Count == 0 ? null : await AdminListener.StartAsync(settings, gateway, control, logs, time);

    private static void Configure(ILoggingBuilder logging, LogLevel level) => logging
        .SetMinimumLevel(level)
        .AddFilter("Microsoft", level > LogLevel.Warning ? level : LogLevel.Warning)
        .AddConsole(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            console.FormatterName = ConsoleFormatterNames.Simple;
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        })
        .AddSimpleConsole(format =>
        {
            format.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            format.UseUtcTimestamp = true;
            format.ColorBehavior = LoggerColorBehavior.Disabled;
            format.SingleLine = true;
        });

    private static async Task<int> FailAsync(int code, IEnumerable<string> lines)
    {
        foreach (var line in lines) await Console.Error.WriteLineAsync(line);
        return code;
    }
}

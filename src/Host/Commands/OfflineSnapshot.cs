using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Foundation.Secrets;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Transport;
using Sluice.Host.Running;

namespace Sluice.Host.Commands;

/// <summary>A snapshot of a configuration that is looked at and never served: nothing listens, nothing connects.</summary>
internal sealed class OfflineSnapshot : IAsyncDisposable
{
    private readonly Transport transport;
    private readonly GatewayRuntime runtime;

    private OfflineSnapshot(GatewaySettings settings)
    {
        transport = Transports.Create(TransportKind.Sockets, 0, NullLoggerFactory.Instance);
        runtime = new GatewayRuntime(transport, settings, NullLoggerFactory.Instance, TimeProvider.System);
    }

    public GatewaySnapshot Snapshot => runtime.Current;

    /// <summary>Builds it, or prints to the standard error what is wrong with the configuration and returns null.</summary>
    public static async Task<OfflineSnapshot?> TryBuildAsync(IReadOnlyList<string> paths)
    {
        var settings = PluginOption.Settings(null, paths);
        if (new OwnPlugins(settings.PluginFolder).Load() is { Count: > 0 } unusable)
        {
            foreach (var problem in unusable) await Console.Error.WriteLineAsync(problem.ToString());
            return null;
        }

        using var secrets = new SecretStore(settings.SecretsFolder, TimeProvider.System);
        var loaded = ConfigurationLoader.Load(paths, inline: null, settings.Gateway.RouterFlavor, secrets: secrets);
        foreach (var problem in loaded.Errors) await Console.Error.WriteLineAsync(problem.ToString());
        foreach (var plugin in loaded.Unsupported)
            await Console.Error.WriteLineAsync($"{plugin.Place}: warning: {plugin.Object}: the plugin {plugin.Name} is not built and is left out");
        if (loaded.Document is null) return null;

        var offline = new OfflineSnapshot(settings.Gateway);
        try
        {
            offline.runtime.Load(loaded.Document);
            return offline;
        }
        catch (SnapshotException problem)
        {
            await Console.Error.WriteLineAsync(problem.Message);
            await offline.DisposeAsync();
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await runtime.DisposeAsync();
        await transport.DisposeAsync();
    }
}

using System.Collections.Concurrent;

namespace Sluice.Foundation.Secrets;

/// <summary>
/// All places that secrets come from. One per process: what a server said is kept across reads of the configuration, and the secrets in use
/// are looked at again in the background.
/// </summary>
/// <param name="folder">What <c>{vault://file/...}</c> is below.</param>
public sealed class SecretStore(string folder, TimeProvider time) : IDisposable
{
    /// <summary>Where Docker and others mount secrets.</summary>
    public const string DefaultFolder = "/run/secrets";

    /// <summary>That of a process which is told nothing else.</summary>
    public static SecretStore Default { get; } = new(DefaultFolder, TimeProvider.System);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<VaultServerConfig, Lazy<VaultServer>> servers = new();

    /// <summary>The kinds of vault.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["env", "file", "hcv"];

    /// <summary>The files of the folder, or of a folder inside it.</summary>
    public SecretSource Files(string prefix = "") => new FileSecrets(folder, prefix);

    /// <summary>The server that <paramref name="config"/> names.</summary>
    public SecretSource Server(VaultServerConfig config) =>
        servers.GetOrAdd(config, static (c, time) => new Lazy<VaultServer>(() => new VaultServer(c, time)), time).Value;

    /// <summary>
    /// Looks at the secrets in use until cancelled and calls <paramref name="changed"/> when one has another value. One that cannot be had just
    /// now has not changed.
    /// </summary>
    /// <param name="inUse">What is in use now.</param>
    public async Task WatchAsync(Func<IReadOnlyList<ResolvedSecret>> inUse, Action changed, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval, time);
        string?[] told = [];
        try
        {
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
            {
                var secrets = inUse();
                var now = secrets.Select(Look).ToArray();
                if (now.SequenceEqual(secrets.Select(s => s.Value), StringComparer.Ordinal)) continue;

                // Should the new values be refused, they are not told again and again.
                if (now.SequenceEqual(told, StringComparer.Ordinal)) continue;
                told = now;
                changed();
            }
        }
        catch (OperationCanceledException)
        {
            // The end of watching is no failure.
        }
    }

    public void Dispose()
    {
        foreach (var server in servers.Values)
            if (server.IsValueCreated) server.Value.Dispose();
    }

    private static string Look(ResolvedSecret secret) =>
        secret.Source is EnvironmentSecrets ? secret.Value : secret.Source.Find(secret.Reference).Value ?? secret.Value;
}

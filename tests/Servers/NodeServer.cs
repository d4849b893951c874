using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Sluice.Tests.Servers;

/// <summary>
/// A real server from npm, as a folder beside this file has it: <c>server.mjs PORT MODULES ...</c>, which says <c>ready</c>. What it needs is installed on first
/// use, into a folder of its own under the temporary ones.
/// </summary>
/// <param name="folder">The folder's name.</param>
/// <param name="arguments">Further arguments.</param>
public abstract class NodeServer(string folder, params string[] arguments) : IAsyncDisposable
{
    private Process? _process;

    public int Port { get; } = FreePorts.Next();

    /// <summary>Whether there are node and npm here.</summary>
    public static bool IsPossible => NpmPackages.IsPossible;

    /// <summary>Where its script is.</summary>
    protected string Source { get; } = NpmPackages.Source(folder);

    /// <summary>Its packages, once it is started.</summary>
    protected string Modules { get; private set; } = "";

    public async Task StartAsync()
    {
        Modules = await NpmPackages.InstallAsync(Source);
        _process = Process.Start(new ProcessStartInfo("node", [Path.Combine(Source, "server.mjs"), Port.ToString(CultureInfo.InvariantCulture), Modules, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var said = new StringBuilder();
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        if (await Task.WhenAny(ready.Task, _process.WaitForExitAsync(), Task.Delay(TimeSpan.FromMinutes(1))) != ready.Task)
            lock (said)
                throw new InvalidOperationException($"{Source} did not start: {said}");

        void Keep(string? line)
        {
            if (line is "ready") ready.TrySetResult();
            lock (said)
                if (said.Length < 100_000) said.AppendLine(line);
        }
    }

    /// <summary>Ends it at once.</summary>
    public async Task KillAsync()
    {
        if (_process is null) return;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Cleanup();
        GC.SuppressFinalize(this);
    }

    /// <summary>Removes what it left behind, after its end.</summary>
    protected virtual void Cleanup()
    {
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Tests.Servers;

/// <summary>
/// A real OpenID provider: npm's oidc-provider, as <c>tests/Servers/oidc-provider</c> has it. What it needs is installed on first use, into a folder
/// of its own under the temporary ones. Its clients are <c>gateway</c> and <c>robot</c> (their secrets end in <c>-secret</c>), its only user is
/// <c>ann</c>, whom it takes everybody for.
/// </summary>
public sealed class OpenIdProviderServer : IAsyncDisposable
{
    private readonly string _redirectUri;
    private Process? _process;

    /// <param name="redirectUri">Where it sends browsers back to.</param>
    public OpenIdProviderServer(string redirectUri)
    {
        _redirectUri = redirectUri;
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public int Port { get; }

    public string Issuer => $"http://127.0.0.1:{Port}";

    /// <summary>Whether there are node and npm here.</summary>
    public static bool IsPossible { get; } = OnPath("node") && OnPath("npm");

    public async Task StartAsync()
    {
        var source = Source();
        var modules = await InstallAsync(source);
        _process = Process.Start(new ProcessStartInfo("node", [Path.Combine(source, "server.mjs"), Port.ToString(System.Globalization.CultureInfo.InvariantCulture), modules, _redirectUri])
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
                throw new InvalidOperationException($"oidc-provider did not start: {said}");

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

    public async ValueTask DisposeAsync() => await KillAsync();

    /// <summary>The folder of packages for the lock file as it is; several test programs may want it at once.</summary>
    private static async Task<string> InstallAsync(string source)
    {
        var lockFile = Path.Combine(source, "package-lock.json");
        var name = "sluice-oidc-provider-" + Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(lockFile)))[..16];
        var folder = Path.Combine(Path.GetTempPath(), name);
        var modules = Path.Combine(folder, "node_modules");
        if (Directory.Exists(modules)) return modules;
        var own = Directory.CreateTempSubdirectory(name + "-").FullName;
        foreach (var file in new[] { "package.json", "package-lock.json" }) File.Copy(Path.Combine(source, file), Path.Combine(own, file));
        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        {
            WorkingDirectory = own,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var output = npm.StandardOutput.ReadToEndAsync();
        var errors = npm.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        await npm.WaitForExitAsync(patience.Token);
        if (npm.ExitCode != 0) throw new InvalidOperationException($"npm ci failed: {await output}{await errors}");
        try
        {
            Directory.Move(own, folder);
        }
        catch (IOException) when (Directory.Exists(modules))
        {
            // Another was quicker.
            Directory.Delete(own, recursive: true);
        }

        return modules;
    }

    private static string Source()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (Path.Combine(folder, "tests", "Servers", "oidc-provider") is var found && Directory.Exists(found)) return found;
        throw new DirectoryNotFoundException("tests/Servers/oidc-provider");
    }

    private static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => p.Length > 0 && File.Exists(Path.Combine(p, program)));
}

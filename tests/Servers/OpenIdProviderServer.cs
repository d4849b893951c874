using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
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
    public static bool IsPossible => NpmPackages.IsPossible;

    public async Task StartAsync()
    {
        var source = NpmPackages.Source("oidc-provider");
        var modules = await NpmPackages.InstallAsync(source);
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
}

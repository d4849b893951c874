using System.Diagnostics;
using System.Globalization;

namespace Sluice.Tests.Servers;

/// <summary>A real mail server: npm's smtp-server, as <c>tests/Servers/node-smtp</c> has it.</summary>
public sealed class SmtpServer : IAsyncDisposable
{
    private readonly int _control = FreePorts.Next();
    private Process? _process;

    public int Port { get; } = FreePorts.Next();

    public async Task StartAsync()
    {
        var folder = NpmPackages.Source("node-smtp");
        var modules = await NpmPackages.InstallAsync(folder);
        _process = await ServerOutput.StartAsync(new ProcessStartInfo("node", [Path.Combine(folder, "server.mjs"), Text(Port), Text(_control), modules]), async () =>
        {
            try
            {
                return (await MailsAsync()).Length > 0;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });

        static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The mails that came, as JSON.</summary>
    public async Task<string> MailsAsync()
    {
        using var client = new HttpClient();
        return await client.GetStringAsync(new Uri($"http://127.0.0.1:{_control}/"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null) return;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}

using System.Diagnostics;
using System.Globalization;

namespace Sluice.Tests.Servers;

/// <summary>Real SOAP services: npm's soap, as <c>tests/Servers/node-soap</c> has it.</summary>
public sealed class SoapServer : IAsyncDisposable
{
    private Process? _process;

    public int Port { get; } = FreePorts.Next();

    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>Where its WSDLs are.</summary>
    public static string Folder => NpmPackages.Source("node-soap");

    public async Task StartAsync()
    {
        var modules = await NpmPackages.InstallAsync(Folder);
        using var client = new HttpClient();
        _process = await ServerOutput.StartAsync(new ProcessStartInfo("node", [Path.Combine(Folder, "server.mjs"), Port.ToString(CultureInfo.InvariantCulture), modules]), async () =>
        {
            try
            {
                return (await client.GetAsync(new Uri($"{Url}/secure?wsdl"))).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    /// <summary>The envelope that was posted last.</summary>
    public async Task<string> LastAsync()
    {
        using var client = new HttpClient();
        return await client.GetStringAsync(new Uri($"{Url}/last"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null) return;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}

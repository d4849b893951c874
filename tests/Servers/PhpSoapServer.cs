using System.Diagnostics;
using System.Globalization;

namespace Sluice.Tests.Servers;

/// <summary>A SOAP service as they were twenty years ago: PHP's, with SOAP's own encoding, as <c>tests/Servers/php-soap</c> has it.</summary>
public sealed class PhpSoapServer : IAsyncDisposable
{
    private Process? _process;

    public int Port { get; } = FreePorts.Next();

    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>Where its WSDL is.</summary>
    public static string Folder => NpmPackages.Source("php-soap");

    public async Task StartAsync()
    {
        using var client = new HttpClient();
        var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");
        _process = await ServerOutput.StartAsync(new ProcessStartInfo("php", ["-d", "soap.wsdl_cache_enabled=0", "-S", address, Path.Combine(Folder, "server.php")]), async () =>
        {
            try
            {
                return (await client.GetAsync(new Uri($"{Url}/?wsdl"))).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null) return;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}

using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;

namespace Sluice.Tests.Servers;

/// <summary>A private etcd of one member in a temporary folder, started from the installed binary.</summary>
public sealed class EtcdServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-etcd-").FullName;
    private readonly HttpClient _http = new();
    private readonly int _peerPort = FreePorts.Next();
    private readonly int _port = FreePorts.Next();
    private Process? _process;

    private EtcdServer()
    {
    }

    public string Address => $"http://127.0.0.1:{_port}";

    public static async Task<EtcdServer> StartAsync()
    {
        var server = new EtcdServer();
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts it on the same data and port.</summary>
    public async Task StartAgainAsync()
    {
        var peer = $"http://127.0.0.1:{_peerPort}";
        var start = new ProcessStartInfo("etcd",
        [
            "--data-dir", _folder, "--listen-client-urls", Address, "--advertise-client-urls", Address, "--listen-peer-urls", peer,
            "--initial-advertise-peer-urls", peer, "--initial-cluster", $"default={peer}", "--unsafe-no-fsync",
        ]);
        _process = await ServerOutput.StartAsync(start, IsHealthyAsync);
    }

    public Task PutAsync(string key, string value) => CallAsync("kv/put", new { key = Base64(key), value = Base64(value) });

    public Task DeleteAsync(string key) => CallAsync("kv/deleterange", new { key = Base64(key) });

    /// <summary>Calls the JSON gateway: <c>kv/put</c>, <c>auth/enable</c>, ...</summary>
    public async Task<string> CallAsync(string method, object body)
    {
        using var response = await _http.PostAsJsonAsync(new Uri($"{Address}/v3/{method}"), body, System.Text.Json.JsonSerializerOptions.Default);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? text : throw new InvalidOperationException($"etcd {method}: {text}");
    }

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
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> IsHealthyAsync()
    {
        try
        {
            return (await _http.GetStringAsync(new Uri(Address + "/health"))).Contains("true", StringComparison.Ordinal);
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Sluice.Tests.Servers;

/// <summary>Let's Encrypt's Pebble, a certificate authority for tests of ACME clients that refuses a good part of all nonces, as a real one may.</summary>
public sealed class PebbleServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-pebble-").FullName;
    private Process? _process;

    public PebbleServer()
    {
        Port = FreePorts.Next();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=pebble", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(70));
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    public int Port { get; }

    /// <summary>What its own server is verified with.</summary>
    public string CertificateFile => Path.Combine(_folder, "cert.pem");

    public string DirectoryUrl => $"https://127.0.0.1:{Port}/dir";

    /// <param name="httpPort">Where it looks for HTTP-01 challenges.</param>
    /// <param name="tlsPort">Where it looks for TLS-ALPN-01 challenges.</param>
    /// <param name="nameServer">Where it has names resolved.</param>
    public async Task StartAsync(int httpPort, int tlsPort, IPEndPoint nameServer)
    {
        var config = Path.Combine(_folder, "config.json");
        await File.WriteAllTextAsync(config, JsonSerializer.Serialize(new
        {
            pebble = new
            {
                listenAddress = $"127.0.0.1:{Port}",
                managementListenAddress = $"127.0.0.1:{FreePorts.Next()}",
                certificate = CertificateFile,
                privateKey = Path.Combine(_folder, "key.pem"),
                httpPort,
                tlsPort,
                ocspResponderURL = "",
                externalAccountBindingRequired = false,
            },
        }));
        var start = new ProcessStartInfo("pebble", ["-config", config, "-dnsserver", nameServer.ToString()])
        {
            Environment = { ["PEBBLE_VA_NOSLEEP"] = "1", ["PEBBLE_WFE_NONCEREJECT"] = "30" },
        };
        _process = await ServerOutput.StartAsync(start, AcceptsAsync);
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
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> AcceptsAsync()
    {
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

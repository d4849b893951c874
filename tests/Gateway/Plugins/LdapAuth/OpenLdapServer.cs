using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sluice.Tests.Servers;

namespace Sluice.Gateway.Tests.Plugins.LdapAuth;

/// <summary>OpenLDAP's server, as Debian has it, with a small directory in a folder of its own. Where it is not installed, nothing is started.</summary>
public sealed class OpenLdapServer : IAsyncLifetime
{
    private const string Program = "/usr/sbin/slapd";

    private readonly string folder = Directory.CreateTempSubdirectory("sluice-slapd-").FullName;
    private Process? server;

    public static bool IsInstalled => File.Exists(Program);

    public int Port { get; private set; }

    public int TlsPort { get; private set; }

    /// <summary>The certificate that it shows, which is its own root.</summary>
    public string Certificate => File.ReadAllText(Path.Combine(folder, "cert.pem"));

    public async ValueTask InitializeAsync()
    {
        if (!IsInstalled) return;
        WriteCertificate();
        await File.WriteAllTextAsync(Path.Combine(folder, "slapd.conf"), $"""
            include /etc/ldap/schema/core.schema
            include /etc/ldap/schema/cosine.schema
            include /etc/ldap/schema/inetorgperson.schema
            modulepath /usr/lib/ldap
            moduleload back_mdb
            TLSCertificateFile {folder}/cert.pem
            TLSCertificateKeyFile {folder}/key.pem
            database mdb
            suffix "dc=example,dc=com"
            directory {folder}

            """);
        await File.WriteAllTextAsync(Path.Combine(folder, "people.ldif"), """
            dn: dc=example,dc=com
            objectClass: dcObject
            objectClass: organization
            o: Example
            dc: example

            dn: uid=ann,dc=example,dc=com
            objectClass: inetOrgPerson
            uid: ann
            cn: Ann
            sn: Ann
            userPassword: pass:word

            dn: uid=a\,b \+ c,dc=example,dc=com
            objectClass: inetOrgPerson
            uid: a,b + c
            cn: Odd
            sn: Odd
            userPassword: odd

            """);
        using (var load = Start("/usr/sbin/slapadd", "-f", Path.Combine(folder, "slapd.conf"), "-l", Path.Combine(folder, "people.ldif")))
        {
            await load.WaitForExitAsync();
            load.ExitCode.ShouldBe(0);
        }

        // Somebody else may take a port that was free; then another one is tried.
        for (var attempt = 1; !await StartAsync(); attempt++) attempt.ShouldBeLessThan(10, "slapd does not start");
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            if (!server.HasExited) server.Kill();
            await server.WaitForExitAsync();
            server.Dispose();
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Whether the server has come up.</summary>
    private async Task<bool> StartAsync()
    {
        (Port, TlsPort) = (FreePorts.Next(), FreePorts.Next());
        server?.Dispose();
        server = Start(Program, "-d", "0", "-f", Path.Combine(folder, "slapd.conf"), "-h", $"ldap://127.0.0.1:{Port}/ ldaps://127.0.0.1:{TlsPort}/");
        while (!server.HasExited)
        {
            if (await Answers(Port) && await Answers(TlsPort)) return true;
            await Task.Delay(50);
        }

        return false;
    }

    private static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;

    private static async Task<bool> Answers(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void WriteCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(40), DateTimeOffset.UnixEpoch.AddYears(100));
        File.WriteAllText(Path.Combine(folder, "cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
    }
}

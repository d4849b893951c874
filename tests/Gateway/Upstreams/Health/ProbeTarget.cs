using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Sluice.Gateway.Tests.Upstreams.Health;

/// <summary>A server on 127.0.0.1 that probes ask.</summary>
internal sealed class ProbeTarget : IAsyncDisposable
{
    private readonly WebApplication app;
    private int requests;

    private ProbeTarget(WebApplication app) => this.app = app;

    public int Port { get; private set; }

    public int Requests => Volatile.Read(ref requests);

    /// <summary>What it answers.</summary>
    public RequestDelegate Answer { get; set; } = _ => Task.CompletedTask;

    public static async Task<ProbeTarget> StartAsync(HttpProtocols protocols = HttpProtocols.Http1, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = protocols;
            if (certificate is not null) listen.UseHttps(certificate);
        }));
        builder.WebHost.UseKestrelHttpsConfiguration();
        var target = new ProbeTarget(builder.Build());
        target.app.Run(context =>
        {
            Interlocked.Increment(ref target.requests);
            return target.Answer(context);
        });
        await target.app.StartAsync();
        target.Port = new Uri(target.app.Urls.Single()).Port;
        return target;
    }

    /// <summary>Answers as a gRPC health service does.</summary>
    public void AnswerGrpcHealth(byte status, int grpcStatus = 0) => Answer = async context =>
    {
        context.Request.Path.Value.ShouldBe("/grpc.health.v1.Health/Check");
        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        await context.Response.Body.WriteAsync((byte[])[0, 0, 0, 0, 2, 8, status]);
        context.Response.AppendTrailer("grpc-status", $"{grpcStatus}");
    };

    public static X509Certificate2 Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        var now = DateTimeOffset.UtcNow;
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }
}

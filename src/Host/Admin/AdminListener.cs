using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Listeners;
using Sluice.Gateway.Telemetry;
using Sluice.Host.Running;

namespace Sluice.Host.Admin;

/// <summary>The pages for operators and probes, on their own addresses and the framework's own sockets, apart from the traffic.</summary>
internal static class AdminListener
{
    /// <exception cref="IOException">An address cannot be listened on.</exception>
    public static async Task<WebApplication> StartAsync(
        IEnumerable<ListenAddress> addresses, RunningGateway gateway, ILoggerFactory logs, TimeProvider time)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logs).AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 10 * 1024 * 1024;
            foreach (var address in addresses)
                kestrel.Listen(address.EndPoint, listen =>
                {
                    if (address.Tls) listen.UseHttps(https => https.ServerCertificateSelector = (_, _) => gateway.Certificate);
                });
        });
        var app = builder.Build();
        app.UseRouting();
        Map(app, gateway, time);
        app.Run(NotFoundAsync);
        await app.StartAsync();
        return app;
    }

    private static void Map(WebApplication app, RunningGateway gateway, TimeProvider time)
    {
        var status = new StatusPage(gateway, time);
        app.MapGet("/status", status.WriteAsync);
        app.MapGet("/health/live", http => http.Response.WriteAsJsonAsync(new Health("live"), http.RequestAborted));
        app.MapGet("/health/ready", http => ReadyAsync(http, gateway));
        app.MapGet("/metrics", http => MetricsAsync(http, gateway));
        app.MapGet("/status/ready", http => ReadyAsync(http, gateway));
        app.UseEndpoints(static _ => { });
    }

    /// <summary>200 while a configuration is served; 503 before that and while draining, so that balancers in front look elsewhere.</summary>
    private static Task ReadyAsync(HttpContext http, RunningGateway gateway)
    {
        if (gateway.IsDraining) http.Response.StatusCode = (int)HttpStatusCode.ServiceUnavailable;
        return http.Response.WriteAsJsonAsync(new Health(gateway.IsDraining ? "draining" : "ready"), http.RequestAborted);
    }

    private static Task MetricsAsync(HttpContext http, RunningGateway gateway)
    {
        http.Response.ContentType = MetricsReport.ContentType;
        return http.Response.WriteAsync(gateway.Metrics(), http.RequestAborted);
    }

    private static Task NotFoundAsync(HttpContext http)
    {
        http.Response.StatusCode = (int)HttpStatusCode.NotFound;
        return http.Response.WriteAsJsonAsync(new Health("Not found"), http.RequestAborted);
    }

    private sealed record Health(string Message);
}

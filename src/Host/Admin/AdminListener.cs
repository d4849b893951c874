using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sluice.Control.ConfigApi;
using Sluice.Control.Identity;
using Sluice.Gateway.Listeners;
using Sluice.Gateway.Telemetry;
using Sluice.Host.Running;
using Sluice.Host.Settings;

namespace Sluice.Host.Admin;

/// <summary>The pages for operators and probes, on their own addresses and the framework's own sockets, apart from the traffic.</summary>
internal static class AdminListener
{
    /// <exception cref="IOException">An address cannot be listened on.</exception>
    public static async Task<WebApplication> StartAsync(
        RunSettings settings, RunningGateway gateway, ControlPlane control, ILoggerFactory logs, TimeProvider time)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logs).AddSingleton(time).AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 10 * 1024 * 1024;
            foreach (var (address, door) in Doors(settings))
                kestrel.Listen(address.EndPoint, listen =>
                {
                    listen.Use(next => connection =>
                    {
                        connection.Features.Set(door);
                        return next(connection);
                    });
                    if (address.Tls) listen.UseHttps(https => https.ServerCertificateSelector = (_, _) => gateway.Certificate);
                });
        });
        var app = builder.Build();
        var log = logs.CreateLogger("Sluice.Admin");
        app.Use(next => http => Failures.CatchAsync(http, next, log));
        app.UseRouting();
        var kong = new Endpoint(control.Kong(gateway), new EndpointMetadataCollection(HeedsScopes.Instance), "Kong's Admin API");
        app.Use(next => http =>
        {
            if (http.GetEndpoint() is null && !http.Request.Path.StartsWithSegments("/api")) http.SetEndpoint(kong);
            return next(http);
        });
        control.Guard(app);
        Map(app, gateway, control, kong.RequestDelegate!, time);
        await app.StartAsync();
        return app;
    }

    /// <summary>Each address once; one that is both is for everything.</summary>
    private static IEnumerable<(ListenAddress Address, AdminDoor Door)> Doors(RunSettings settings) =>
        settings.Admin.Select(a => (a, new AdminDoor(StatusOnly: false)))
            .Concat(settings.Status.Select(a => (a, new AdminDoor(StatusOnly: true))))
            .DistinctBy(d => d.a.EndPoint);

    private static void Map(WebApplication app, RunningGateway gateway, ControlPlane control, RequestDelegate kong, TimeProvider time)
    {
        control.Map(app, gateway);
        var status = new StatusPage(gateway, time);
        app.MapGet("/status", status.WriteAsync);
        app.Map("/status", kong);
        app.MapGet("/health/live", http => http.Response.WriteAsJsonAsync(new Health("live"), http.RequestAborted));
        app.MapGet("/health/ready", http => ReadyAsync(http, gateway));
        app.MapGet("/metrics", http => MetricsAsync(http, gateway));
        app.MapGet("/status/ready", http => ReadyAsync(http, gateway));
        app.UseEndpoints(static _ => { });
    }

    /// <summary>200 while a configuration is served; 503 before that and while draining, so that balancers in front look elsewhere.</summary>
    private static Task ReadyAsync(HttpContext http, RunningGateway gateway)
    {
        if (!gateway.IsReady) http.Response.StatusCode = (int)HttpStatusCode.ServiceUnavailable;
        return http.Response.WriteAsJsonAsync(new Health(gateway.IsReady ? "ready" : gateway.IsDraining ? "draining" : "starting"), http.RequestAborted);
    }

    private static Task MetricsAsync(HttpContext http, RunningGateway gateway)
    {
        http.Response.ContentType = MetricsReport.ContentType;
        return http.Response.WriteAsync(gateway.Metrics(), http.RequestAborted);
    }

    private sealed record Health(string Message);
}

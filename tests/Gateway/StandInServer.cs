using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Sluice.Gateway.Tests;

/// <summary>An HTTP server on a free port of 127.0.0.1 that stands in for one that cannot be installed; it keeps what it was asked.</summary>
internal sealed class StandInServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly List<Received> requests = [];
    private readonly CancellationTokenSource stopping = new();

    private StandInServer(WebApplication app) => this.app = app;

    public Uri Address { get; private set; } = null!;

    public int Port => Address.Port;

    /// <summary>Cancelled when the server ends: what an answer that takes its time waits for.</summary>
    public CancellationToken Stopping => stopping.Token;

    public IReadOnlyList<Received> Requests
    {
        get { lock (requests) return [.. requests]; }
    }

    /// <param name="answer">Gets the request with its body, which has been read already.</param>
    /// <param name="port">0 for any free one.</param>
    public static async Task<StandInServer> StartAsync(Func<HttpContext, Received, Task> answer, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, port));
        var server = new StandInServer(builder.Build());
        server.app.Run(async http =>
        {
            using var body = new StreamReader(http.Request.Body);
            var request = new Received(
                http.Request.Method, http.Request.Path + http.Request.QueryString.Value, http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), await body.ReadToEndAsync());
            lock (server.requests) server.requests.Add(request);
            try
            {
                await answer(http, request);
            }
            catch (OperationCanceledException)
            {
                // The test is over, or the asker went away.
            }
        });
        await server.app.StartAsync();
        server.Address = new Uri(server.app.Urls.First());
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await app.StopAsync(patience.Token);
        await app.DisposeAsync();
    }

    public sealed record Received(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body)
    {
        public string? this[string header] => Headers.GetValueOrDefault(header);
    }
}

using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Sluice.Gateway.Tests.Plugins;

/// <summary>An HTTP server on a free port of this machine that stands for somebody else's, and remembers what it was sent.</summary>
internal sealed class HttpStandIn : IAsyncDisposable
{
    private readonly Channel<StandInRequest> received = Channel.CreateUnbounded<StandInRequest>();
    private readonly WebApplication server;

    private HttpStandIn(WebApplication server) => this.server = server;

    /// <summary>With a slash at the end.</summary>
    public string Url { get; private set; } = "";

    public int Port => new Uri(Url).Port;

    /// <summary>Answers a request; 200 without a body unless it is set.</summary>
    public Func<StandInRequest, HttpResponse, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    public static async Task<HttpStandIn> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var standIn = new HttpStandIn(builder.Build());
        standIn.server.Run(standIn.TakeAsync);
        await standIn.server.StartAsync();
        standIn.Url = standIn.server.Urls.Single().TrimEnd('/') + "/";
        return standIn;
    }

    /// <summary>The next request that came.</summary>
    public async Task<StandInRequest> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await received.Reader.ReadAsync(patience.Token);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var request = new StandInRequest(
            context.Request.Method,
            context.Request.Path + context.Request.QueryString,
            context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray());
        received.Writer.TryWrite(request);
        await Answer(request, context.Response);
    }
}

/// <summary>A request as a stand-in got it.</summary>
internal sealed record StandInRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Body);

    public string? Header(string name) => Headers.GetValueOrDefault(name);
}

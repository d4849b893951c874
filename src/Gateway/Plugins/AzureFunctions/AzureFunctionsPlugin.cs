using Microsoft.Extensions.Logging;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Outbound;

namespace Sluice.Gateway.Plugins.AzureFunctions;

/// <summary>Answers with what an Azure function says.</summary>
internal sealed partial class AzureFunctionsPlugin : Plugin
{
    public static readonly PluginDescriptor Descriptor =
        new PluginDescriptor<AzureFunctionsPlugin, AzureFunctionsConfig>((config, setup) => new(config, setup))
        {
            Name = "azure-functions",
            Summary = "Calls an Azure function and answers with what it says.",
        };

    private const int MaxBody = 64 * 1024 * 1024;

    private readonly AzureFunctionsConfig config;
    private readonly HttpCaller http;
    private readonly ILogger log;
    private readonly string address;

    public AzureFunctionsPlugin(AzureFunctionsConfig config, PluginSetup setup)
    {
        this.config = config;
        log = setup.Log;
        http = HttpCaller.For(
            new() { Timeout = Milliseconds(config.Timeout), KeepAlive = Milliseconds(config.Keepalive), Verify = config.HttpsVerify }, setup);
        var prefix = config.Routeprefix.Trim('/');
        address = $"{(config.Https ? "https" : "http")}://{config.Appname}.{config.Hostdomain}{(prefix.Length == 0 ? "" : "/" + prefix)}/{config.Functionname.Trim('/')}";
    }

    public override async ValueTask<Verdict> RewriteAsync(Exchange exchange)
    {
        var body = await exchange.ReadRequestBodyAsync(MaxBody);
        if (body is null) return GatewayErrors.PayloadTooLarge.Answer;
        using var request = Request(exchange, body);
        var (result, failure) = await http.CallAsync(request, exchange.Http.RequestAborted);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        if (result is not null) return new Answer { Status = result.Status, Body = result.Body, Headers = [.. result.Headers] };
        LogFailure(exchange.RequestId, failure!);
        return GatewayErrors.Unexpected.Answer;
    }

    private HttpRequestMessage Request(Exchange exchange, byte[] body)
    {
        var url = new Uri(address + exchange.Query, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(new HttpMethod(exchange.Upstream.Method), url) { Content = new ByteArrayContent(body) };
        foreach (var (name, values) in exchange.Request.Headers)
        {
            if (OutboundAnswer.IsAboutConnection(name) || name.Equals("Host", StringComparison.OrdinalIgnoreCase) || name.Equals("Expect", StringComparison.OrdinalIgnoreCase)) continue;
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values)) request.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        Set("x-functions-key", config.Apikey);
        Set("x-functions-clientid", config.Clientid);
        return request;

        void Set(string name, string? value)
        {
            // A client cannot show a key of its own.
            request.Headers.Remove(name);
            if (value is not null) request.Headers.TryAddWithoutValidation(name, value);
        }
    }

    private static TimeSpan Milliseconds(double milliseconds) => TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 1, int.MaxValue));

    [LoggerMessage(Level = LogLevel.Error, Message = "request {RequestId}: azure-functions: {Reason}")]
    private partial void LogFailure(string requestId, string reason);
}

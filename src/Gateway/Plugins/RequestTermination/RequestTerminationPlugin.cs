using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.RequestTermination;

/// <summary>Answers in the upstream's place.</summary>
internal sealed class RequestTerminationPlugin : Plugin
{
    private const string Json = "application/json; charset=utf-8";
    private const int MaxEchoedBody = 1024 * 1024;

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly RequestTerminationConfig config;
    private readonly Answer answer;
    private readonly TimeProvider time;

    public RequestTerminationPlugin(RequestTerminationConfig config, PluginSetup setup)
    {
        this.config = config;
        time = setup.Time;
        answer = Fixed(config);
    }

    public static PluginDescriptor Descriptor { get; } =
        new PluginDescriptor<RequestTerminationPlugin, RequestTerminationConfig>((c, s) => new RequestTerminationPlugin(c, s))
        {
            Name = "request-termination",
            Summary = "Gives a fixed answer in the upstream's place.",
        };

    public override ValueTask<Verdict> RewriteAsync(Exchange exchange)
    {
        if (config.Trigger is { } trigger && KongHeaders.Find(exchange.Request.Headers, trigger).Count == 0 && QueryArguments.Find(exchange.Query, trigger).Count == 0)
            return Verdict.Continue;
        if (config.Echo) return EchoAsync(exchange);
        if (config.StatusCode is 444 or 499) exchange.Http.Abort();
        return Verdict.Stop(answer);
    }

    private static Answer Fixed(RequestTerminationConfig config)
    {
        var status = config.StatusCode;

        // An informational status cannot end a request.
        if (status < 200) return GatewayErrors.Unexpected.Answer;
        if (config.Body is { } body) return new Answer { Status = status, Body = Encoding.UTF8.GetBytes(body), ContentType = config.ContentType };
        if ((config.Message ?? RequestTerminationErrors.MessageOf(status)) is { } message)
            return new Answer { Status = status, Body = Encoding.UTF8.GetBytes($"{{\"message\":{JsonSerializer.Serialize(message, Relaxed)}}}"), ContentType = Json };
        if (RequestTerminationErrors.PageOf(status) is { } error) return error.Answer;
        if (RequestTerminationErrors.NginxTitleOf(status) is not { } title) return new Answer { Status = status };
        var page = $"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n";
        return new Answer { Status = status, Body = Encoding.ASCII.GetBytes(page), ContentType = "text/html; charset=UTF-8" };
    }

    private async ValueTask<Verdict> EchoAsync(Exchange exchange)
    {
        var body = await exchange.ReadRequestBodyAsync(MaxEchoedBody) ?? [];
        return new Answer
        {
            Status = config.StatusCode,
            ContentType = Json,
            Body = RequestEcho.Write(exchange, config.Message ?? RequestTerminationErrors.MessageOf(config.StatusCode), body, time.GetUtcNow()),
        };
    }
}

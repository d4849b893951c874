using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Pipeline;

/// <summary>
/// The request of an exchange once more, sent upstream for nobody: no one waits for the response or reads it, so that what plugins make of it is
/// all that comes of it. The stages before the upstream and the log do not run again.
/// </summary>
internal static partial class BackgroundExchange
{
    /// <summary>Copies what <paramref name="of"/> asks for and sends it. Returns at once.</summary>
    /// <param name="of">A request without a body.</param>
    /// <param name="prepare">Changes the copy before it is sent.</param>
    /// <param name="ended">Called in any case, after all is over.</param>
    /// <param name="log">Told when something unexpected goes wrong.</param>
    public static void Start(Exchange of, Action<Exchange> prepare, Action<Exchange> ended, ILogger log)
    {
        var copy = Copy(of);
        prepare(copy);
        Start(copy, ended, log);
    }

    /// <summary>Sends what <see cref="Copy"/> made. Returns at once.</summary>
    public static void Start(Exchange copy, Action<Exchange> ended, ILogger log) => _ = Task.Run(() => RunAsync(copy, ended, log));

    private static async Task RunAsync(Exchange exchange, Action<Exchange> ended, ILogger log)
    {
        try
        {
            if (exchange.Loop is { } loop) await loop.SwitchTo();
            await ExchangeProcessor.ForwardAsync(exchange);
        }
        catch (Exception e)
        {
            LogFailure(log, e, exchange.Route?.Label ?? "-");
        }
        finally
        {
            ended(exchange);
            GatewayRuntime.Exit(exchange.Snapshot, exchange.LoopIndex);
        }
    }

    /// <summary>What <paramref name="of"/> asks for, without its body. It holds the snapshot and is to be started.</summary>
    public static Exchange Copy(Exchange of)
    {
        var http = new DefaultHttpContext();
        http.Request.Method = of.Request.Method;
        http.Request.Protocol = of.Request.Protocol;
        http.Request.Scheme = of.Request.Scheme;
        foreach (var (name, value) in of.Request.Headers) http.Request.Headers[name] = value;
        http.Connection.LocalPort = of.Http.Connection.LocalPort;
        var copy = new Exchange(http, of.Loop);
        copy.Begin(of.Snapshot);
        copy.Match = of.Match;
        if (of.Consumer is { } consumer) copy.Authenticated(consumer, of.Credential);
        else if (of.Credential is { } credential) copy.Authenticated(credential);
        copy.Plan = of.Plan;
        if (of.Destination is { } destination && !ReferenceEquals(destination, of.Service)) copy.SendTo(destination);
        copy.Upstream = of.Upstream;
        copy.ClientAddress = of.ClientAddress;
        copy.ClientPort = of.ClientPort;
        copy.PeerAddress = of.PeerAddress;
        copy.PeerIsTrusted = of.PeerIsTrusted;
        copy.Scheme = of.Scheme;
        copy.ForwardedScheme = of.ForwardedScheme;
        copy.Path = of.Path;
        copy.Query = of.Query;
        copy.RawTarget = of.RawTarget;
        copy.Snapshot.Exchanges.Enter(copy.LoopIndex);
        return copy;
    }

    [LoggerMessage(1, LogLevel.Error, "a request sent in the background on route {Route} failed inside the gateway")]
    private static partial void LogFailure(ILogger log, Exception e, string route);
}

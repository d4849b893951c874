using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Extending;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Circuit;

namespace Sluice.Gateway.Pipeline;

/// <summary>The life of a request, from the routed exchange to the end of its response.</summary>
internal sealed partial class ExchangeProcessor(ILogger<ExchangeProcessor> log)
{
    /// <summary>Runs the whole exchange. Never throws: what goes wrong becomes an answer, or ends the connection when one has begun.</summary>
    public async Task ProcessAsync(Exchange exchange)
    {
        try
        {
            var answer = RequestIntake.Admit(exchange);
            if (answer is null)
            {
                var verdict = exchange.RunRequestStages();
                answer = (verdict.IsCompletedSuccessfully ? verdict.Result : await verdict).Answer;
            }

            if (answer is null)
            {
                answer = await ForwardAsync(exchange);
                if (answer?.Error is not null) answer = exchange.RunUpstreamFailed(answer);
            }

            if (answer is not null) await AnswerWriter.WriteAsync(exchange, answer);
            if (exchange.BodyFilter is { } filter) await filter.EndAsync();
        }
        catch (Exception e)
        {
            await FailAsync(exchange, e);
        }
    }

    /// <summary>Has plugins take note of an exchange that is over. Never throws: the connection goes on.</summary>
    public void Record(Exchange exchange)
    {
        foreach (var plugin in exchange.Plan.Record)
            try
            {
                plugin.Record(exchange);
            }
            catch (Exception e)
            {
                Report(exchange, plugin, e);
            }
    }

    /// <summary>Sends the request upstream, past the service's circuit breaker; null once a response has been sent.</summary>
    internal static ValueTask<Answer?> ForwardAsync(Exchange exchange)
    {
        if (exchange.Destination is not { } service) return exchange.Route?.Handler is { } handler ? HandleAsync(exchange, handler) : new(GatewayErrors.NoService.Answer);
        return service.CircuitBreaker is { } circuit ? ForwardThroughAsync(exchange, service, circuit) : TryEndpointsAsync(exchange, service);
    }

    /// <summary>What a handler answers stands for an upstream's response: plugins that look at those, caches above all, see it, too.</summary>
    private static async ValueTask<Answer?> HandleAsync(Exchange exchange, RouteHandler handler)
    {
        var answer = await handler.AnswerAsync(exchange);
        if (answer is not { Error: null, Stream: null } || exchange.Plan.UpstreamAnswered.Length == 0) return answer;
        AnswerWriter.SetHead(exchange, answer);
        exchange.RunUpstreamAnswered();
        if (exchange.InsteadOfUpstream is not { } instead) return answer;
        exchange.Response.Clear();
        return instead;
    }

    private static async ValueTask<Answer?> ForwardThroughAsync(Exchange exchange, ServiceModel service, CircuitBreaker circuit)
    {
        if (!circuit.TryEnter(out var pass)) return CircuitErrors.Open.Answer;
        exchange.Outcome = TryOutcome.Abandoned;
        Answer? answer;
        try
        {
            answer = await TryEndpointsAsync(exchange, service);
        }
        catch
        {
            // The client broke its own request off, or a plugin failed: that tells nothing of the service.
            circuit.Cancel(pass);
            throw;
        }

        if (exchange.Outcome == TryOutcome.ClientGone) circuit.Cancel(pass);
        else circuit.Report(pass, exchange.Outcome == TryOutcome.Answered && (answer?.Status ?? exchange.Response.StatusCode) < 500);
        return answer;
    }

    /// <summary>One try after another until there is an answer or no use in another try.</summary>
    [AsyncMethodBuilder(typeof(ForwardingMethodBuilder<>))]
    private static async ValueTask<Answer?> TryEndpointsAsync(Exchange exchange, ServiceModel service)
    {
        List<Upstreams.Endpoint>? tried = null;
        var result = default(TryResult);
        while (true)
        {
            var pending = service.Balancer.ChooseAsync(exchange, new TriedEndpoints(tried));
            var choice = pending.IsCompletedSuccessfully ? pending.Result : await pending;
            if (choice.Endpoint is not { } endpoint) return result.Failure?.Answer ?? choice.Error!.Answer;

            var started = Stopwatch.GetTimestamp();
            if (exchange.Timings.UpstreamStarted == 0) exchange.Timings.UpstreamStarted = started;
            exchange.Timings.Tries++;
            exchange.Endpoint = endpoint;
            if (exchange.RetryRules is { TryTimeout: { Ticks: > 0 } limit }) exchange.TryDeadline = started + (long)(limit.TotalSeconds * Stopwatch.Frequency);
            result = new TryResult { Outcome = TryOutcome.Abandoned };
            if (exchange.HedgeRules is { } hedge && service.Client.CanRace)
            {
                exchange.RunBeforeUpstream();
                result = await HedgedTries.RunAsync(exchange, service, endpoint, hedge);
                exchange.Outcome = result.Outcome;
            }
            else
            {
                endpoint.Begin();
                try
                {
                    exchange.RunBeforeUpstream();
                    result = await service.Client.TryAsync(exchange, endpoint);
                }
                finally
                {
                    exchange.Outcome = result.Outcome;
                    var until = exchange.Timings.UpstreamAnswered > started ? exchange.Timings.UpstreamAnswered : Stopwatch.GetTimestamp();
                    endpoint.End(result.Outcome, result.Status, Stopwatch.GetElapsedTime(started, until));
                }
            }

            if (result.Failure is null || !RetryPolicy.Allows(exchange, service.Config, result)) return result.Failure?.Answer;
            if (exchange.RetryRules is { } rules && !await rules.WaitAsync(exchange)) return result.Failure.Answer;
            (tried ??= []).Add(endpoint);
        }
    }

    private async ValueTask FailAsync(Exchange exchange, Exception e)
    {
        var clientGone = exchange.Http.RequestAborted.IsCancellationRequested;
        var error = e is BadHttpRequestException bad ? GatewayErrors.ForRejected(bad.StatusCode) : GatewayErrors.Unexpected;
        var culprit = exchange.Running;
        exchange.LeavePlugin();
        if (error == GatewayErrors.Unexpected && !clientGone) Report(exchange, culprit, e);
        if (clientGone || exchange.Response.HasStarted)
        {
            exchange.Http.Abort();
            return;
        }

        var answer = new Answer { Status = error.Status, Error = error, CloseConnection = e is BadHttpRequestException || exchange.IsAbandoned };
        try
        {
            exchange.RemoveBodyFilter();
            exchange.Response.Clear();
            await AnswerWriter.WriteAsync(exchange, answer);
            if (exchange.BodyFilter is { } filter) await filter.EndAsync();
        }
        catch (Exception second)
        {
            culprit = exchange.Running;
            exchange.LeavePlugin();
            Report(exchange, culprit, second);
            await AnswerWithoutPluginsAsync(exchange, answer);
        }
    }

    /// <summary>A plugin fails on every response, this one too: the client is answered without any, and the plugins still record it.</summary>
    private static async ValueTask AnswerWithoutPluginsAsync(Exchange exchange, Answer answer)
    {
        if (exchange.Response.HasStarted)
        {
            exchange.Http.Abort();
            return;
        }

        var plan = exchange.Plan;
        exchange.Plan = PluginPlan.Empty;
        exchange.RemoveBodyFilter();
        exchange.Response.Clear();
        await AnswerWriter.WriteAsync(exchange, answer);
        exchange.Plan = plan;
    }

    private void Report(Exchange exchange, Plugin? culprit, Exception e)
    {
        if (culprit?.Failures is not { } failures)
        {
            LogFailure(e, exchange.RequestId, exchange.Route?.Label ?? "-");
            return;
        }

        var kind = e switch
        {
            PluginTimeoutException => PluginFailureKind.Timeout,
            PluginStoppedException => PluginFailureKind.HeldLoop,
            PluginMemoryException or OutOfMemoryException => PluginFailureKind.Memory,
            _ => PluginFailureKind.Error,
        };

        if (e is not PluginStoppedException { IsNoted: true }) failures.Note(kind, e.Message);
        LogPluginFailure(e, failures.Name, exchange.RequestId, exchange.Route?.Label ?? "-");
    }

    [LoggerMessage(2, LogLevel.Error, "plugin {Plugin} failed request {RequestId} on route {Route}")]
    private partial void LogPluginFailure(Exception e, string plugin, string requestId, string route);

    [LoggerMessage(1, LogLevel.Error, "request {RequestId} on route {Route} failed inside the gateway")]
    private partial void LogFailure(Exception e, string requestId, string route);
}

using System.Buffers;
using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Upstreams;
using Endpoint = Sluice.Gateway.Upstreams.Endpoint;

namespace Sluice.Testing;

/// <summary>Stands where the gateway would send a request to an endpoint, and does with the answer what the gateway does.</summary>
internal sealed class TestUpstream(Func<UpstreamCall, UpstreamReply> answer) : UpstreamClient
{
    public override async ValueTask<TryResult> TryAsync(Exchange exchange, Endpoint endpoint)
    {
        var request = exchange.Request;
        var sent = await exchange.ReadRequestBodyAsync(int.MaxValue) ?? [];
        var call = new UpstreamCall(
            exchange.Upstream.Method,
            exchange.Upstream.Path + exchange.Upstream.Query,
            request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            Encoding.UTF8.GetString(sent));
        exchange.Http.Features.Get<UpstreamCalls>()!.All.Add(call);
        var reply = answer(call);

        var response = exchange.Response;
        exchange.Timings.UpstreamAnswered = Stopwatch.GetTimestamp();
        response.StatusCode = reply.Status;
        foreach (var (name, value) in reply.Headers) response.Headers[name] = value;
        exchange.Source = ResponseSource.Upstream;
        exchange.RunUpstreamAnswered();
        if (exchange.InsteadOfUpstream is { } instead)
        {
            response.Clear();
            await AnswerWriter.WriteAsync(exchange, instead);
        }
        else
        {
            exchange.RunRespond();
            Send(exchange, Encoding.UTF8.GetBytes(reply.Body));
        }

        exchange.Timings.UpstreamEnded = Stopwatch.GetTimestamp();
        return new() { Outcome = TryOutcome.Answered, Status = reply.Status };
    }

    private static void Send(Exchange exchange, ReadOnlyMemory<byte> body)
    {
        if (exchange.DropsResponseBody) body = default;
        else if (exchange.HasBodyRewrites) body = AnswerWriter.Rewritten(exchange, body);
        foreach (var capture in exchange.BodyCaptures)
            if (body.Length <= capture.MaxBytes)
                capture.Completed(exchange, body);
        exchange.Response.ContentLength = body.Length;
        exchange.Timings.ResponseBytes = body.Length;
        if (body.Length > 0) exchange.Response.BodyWriter.Write(body.Span);
    }
}

/// <summary>What the upstream has been asked on one exchange.</summary>
internal sealed record UpstreamCalls(List<UpstreamCall> All);

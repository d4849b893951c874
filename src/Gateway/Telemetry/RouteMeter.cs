using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Telemetry;

/// <summary>What is counted of one route: requests by method and status, durations, bytes. Survives reloads; adding to it allocates nothing.</summary>
internal sealed class RouteMeter(string route, string service)
{
    /// <summary>How many combinations of method and status are told apart; upstreams may answer with any status.</summary>
    public const int MaxRequestCounts = 200;

    private const string Other = "other";

    private readonly Lock adding = new();
    private readonly StripedCounters sums = new(3);
    private volatile RequestCount[] requests = [];
    private volatile ErrorCount[] errors = [];

    public string Route { get; } = route;

    public string Service { get; } = service;

    /// <summary>From the request's head to the end of the response.</summary>
    public LatencyHistogram Duration { get; } = new();

    /// <summary>From the first try to the head of the upstream's answer.</summary>
    public LatencyHistogram Upstream { get; } = new();

    public IReadOnlyList<RequestCount> Requests => requests;

    public long BytesIn => sums.Sum(0);

    public long BytesOut => sums.Sum(1);

    /// <summary>Tries beyond the first of each request.</summary>
    public long Retries => sums.Sum(2);

    /// <summary>What the gateway answered itself, by code.</summary>
    public IReadOnlyList<ErrorCount> Errors => errors;

    public void Record(int stripe, string method, int status, in ExchangeTimings timings, GatewayError? error = null)
    {
        CountOf(MethodLabel(method), status).Value.Add(stripe, 0, 1);
        Duration.Add(stripe, timings.Ended - timings.Started);
        if (timings.UpstreamAnswered != 0) Upstream.Add(stripe, timings.UpstreamAnswered - timings.UpstreamStarted);
        if (timings.RequestBytes != 0) sums.Add(stripe, 0, timings.RequestBytes);
        if (timings.ResponseBytes != 0) sums.Add(stripe, 1, timings.ResponseBytes);
        if (timings.Tries > 1) sums.Add(stripe, 2, timings.Tries - 1);
        if (error is not null) CountOf(error.Code).Value.Add(stripe, 0, 1);
    }

    private RequestCount CountOf(string method, int status)
    {
        // A route sees a handful of combinations, so that a scan is the fastest lookup.
        foreach (var count in requests)
            if (count.Status == status && ReferenceEquals(count.Method, method))
                return count;
        if (requests.Length >= MaxRequestCounts && (method != Other || status % 100 != 0)) return CountOf(Other, status / 100 * 100);
        lock (adding)
        {
            foreach (var count in requests)
                if (count.Status == status && ReferenceEquals(count.Method, method))
                    return count;
            var added = new RequestCount(method, status);
            requests = [.. requests, added];
            return added;
        }
    }

    /// <summary>Codes are declared in the program, so that there are only so many.</summary>
    private ErrorCount CountOf(string code)
    {
        foreach (var count in errors)
            if (ReferenceEquals(count.Code, code) || count.Code == code)
                return count;
        lock (adding)
        {
            foreach (var count in errors)
                if (count.Code == code)
                    return count;
            var added = new ErrorCount(code);
            errors = [.. errors, added];
            return added;
        }
    }

    /// <summary>Methods are the client's to choose; labels are not.</summary>
    private static string MethodLabel(string method) => method switch
    {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "PATCH" => "PATCH",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        _ => Other,
    };

    internal sealed class ErrorCount(string code)
    {
        public string Code { get; } = code;

        public StripedCounters Value { get; } = new(1);
    }

    internal sealed class RequestCount(string method, int status)
    {
        public string Method { get; } = method;

        public int Status { get; } = status;

        public StripedCounters Value { get; } = new(1);
    }
}

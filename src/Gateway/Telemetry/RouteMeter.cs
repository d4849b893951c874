namespace Sluice.Gateway.Telemetry;

/// <summary>What is counted of one route: requests by method and status, durations, bytes. Survives reloads; adding to it allocates nothing.</summary>
internal sealed class RouteMeter(string route, string service)
{
    private readonly Lock adding = new();
    private readonly StripedCounters bytes = new(2);
    private volatile RequestCount[] requests = [];

    public string Route { get; } = route;

    public string Service { get; } = service;

    /// <summary>From the request's head to the end of the response.</summary>
    public LatencyHistogram Duration { get; } = new();

    /// <summary>From the first try to the head of the upstream's answer.</summary>
    public LatencyHistogram Upstream { get; } = new();

    public IReadOnlyList<RequestCount> Requests => requests;

    public long BytesIn => bytes.Sum(0);

    public long BytesOut => bytes.Sum(1);

    public void Record(int stripe, string method, int status, in ExchangeTimings timings)
    {
        CountOf(MethodLabel(method), status).Value.Add(stripe, 0, 1);
        Duration.Add(stripe, timings.Ended - timings.Started);
        if (timings.UpstreamAnswered != 0) Upstream.Add(stripe, timings.UpstreamAnswered - timings.UpstreamStarted);
        if (timings.RequestBytes != 0) bytes.Add(stripe, 0, timings.RequestBytes);
        if (timings.ResponseBytes != 0) bytes.Add(stripe, 1, timings.ResponseBytes);
    }

    private RequestCount CountOf(string method, int status)
    {
        // A route sees a handful of combinations, so that a scan is the fastest lookup.
        foreach (var count in requests)
            if (count.Status == status && ReferenceEquals(count.Method, method))
                return count;
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
        _ => "other",
    };

    internal sealed class RequestCount(string method, int status)
    {
        public string Method { get; } = method;

        public int Status { get; } = status;

        public StripedCounters Value { get; } = new(1);
    }
}

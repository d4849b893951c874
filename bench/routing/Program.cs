using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sluice.Bench.Routing;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Routing;
using Sluice.Gateway.Snapshot;

// Prints, for tables of 10, 1,000 and 50,000 routes of several kinds, what one match costs and what building the table costs.
// dotnet run -c Release --project bench/routing
const int Samples = 7;
int[] sizes = [10, 1_000, 50_000];

Console.WriteLine("| routes by | routes | ns/match | bytes/match | build ms | bytes/route |");
Console.WriteLine("|---|---|---|---|---|---|");
foreach (var kind in Enum.GetValues<RouteKind>())
    foreach (var size in sizes)
        Console.WriteLine(Measure(kind, size));

static string Measure(RouteKind kind, int size)
{
    var flavor = kind == RouteKind.Expression ? RouterFlavor.Expressions : RouterFlavor.TraditionalCompatible;
    var routes = Enumerable.Range(0, size).Select(number => new RouteModel { Config = Route(kind, number) }).ToArray();
    var held = GC.GetTotalMemory(forceFullCollection: true);
    var started = Stopwatch.GetTimestamp();
    var router = RouterFactory.Build(flavor, routes);
    var build = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    held = GC.GetTotalMemory(forceFullCollection: true) - held;

    // Requests all over the table, in an order that the caches of the processor cannot foresee.
    var queries = Enumerable.Range(0, 1024).Select(index => Query(kind, (int)(index * 2_654_435_761L % size))).ToArray();
    foreach (var query in queries)
        if (router.Match(query).Route is null) throw new InvalidOperationException($"{kind}: {query.Host}{query.Path} matches nothing");

    var rounds = Math.Max(1, 200_000 / queries.Length);
    var times = new double[Samples];
    var allocated = 0.0;
    for (var sample = 0; sample < Samples; sample++)
    {
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        started = Stopwatch.GetTimestamp();
        for (var round = 0; round < rounds; round++)
            foreach (ref readonly var query in queries.AsSpan()) router.Match(query);
        times[sample] = Stopwatch.GetElapsedTime(started).TotalNanoseconds / (rounds * queries.Length);
        allocated = (double)(GC.GetAllocatedBytesForCurrentThread() - bytes) / (rounds * queries.Length);
    }

    Array.Sort(times);
    return string.Create(CultureInfo.InvariantCulture,
        $"| {kind} | {size:N0} | {times[Samples / 2]:F0} | {allocated:F0} | {build:F0} | {(double)held / size:F0} |");
}

static RouteConfig Route(RouteKind kind, int number)
{
    var config = new RouteConfig { Name = $"r{number}", Id = new Guid(number, 0, 0, new byte[8]) };
    return kind switch
    {
        RouteKind.Prefix => config with { Paths = [$"/team-{number % 50}/service-{number}"] },
        RouteKind.Host => config with { Hosts = [$"api-{number}.example.com"] },
        RouteKind.WildcardHost => config with { Hosts = [$"*.tenant-{number}.example.com"] },
        RouteKind.HostAndPrefix => config with { Hosts = [$"api-{number % 100}.example.com"], Paths = [$"/service-{number}"], Methods = ["GET", "POST"] },
        RouteKind.Header => config with { Headers = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal) { ["x-tenant"] = [$"t{number}"] } },
        RouteKind.Regex => config with { Paths = [$@"~/service-{number}/orders/\d+$"] },
        RouteKind.RegexWithGroups => config with { Paths = [$@"~/service-{number}/orders/(?<id>\d+)/(\w+)"] },
        _ => config with { Expression = $"http.host == \"api.example.com\" && http.path ^= \"/service-{number}/\" && http.method == \"GET\"" },
    };
}

static RouteQuery Query(RouteKind kind, int number)
{
    var headers = new HeaderDictionary { ["Host"] = "api.example.com", ["Accept"] = "*/*", ["User-Agent"] = "bench" };
    var query = new RouteQuery("GET", "http", "api.example.com", $"/service-{number}/orders/42", "", null, headers);
    switch (kind)
    {
        case RouteKind.Prefix: return query with { Path = $"/team-{number % 50}/service-{number}/orders/42" };
        case RouteKind.Host: return query with { Host = $"api-{number}.example.com" };
        case RouteKind.WildcardHost: return query with { Host = $"eu.tenant-{number}.example.com" };
        case RouteKind.HostAndPrefix: return query with { Host = $"api-{number % 100}.example.com" };
        case RouteKind.Header:
            headers["X-Tenant"] = $"t{number}";
            return query;
        case RouteKind.RegexWithGroups: return query with { Path = $"/service-{number}/orders/42/lines" };
        default: return query;
    }
}

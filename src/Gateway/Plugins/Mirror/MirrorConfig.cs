using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.Mirror;

/// <summary>Which requests are sent a second time, for nobody to read the answer, and where to.</summary>
internal sealed record MirrorConfig : IChecked
{
    /// <summary>The service that gets the copies.</summary>
    public Reference? Service { get; init; }

    /// <summary>The upstream that gets the copies, spoken to as the route's service is; in place of <see cref="Service"/>.</summary>
    public Reference? Upstream { get; init; }

    /// <summary>Of the requests that go upstream, in percent.</summary>
    [Between(0, 100)]
    public double Percentage { get; init; } = 100;

    /// <summary>Only requests with these fields are copied, each with one of the values given; any value when none is given.</summary>
    [HeaderName(OnKeys = true)]
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Headers { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Fields that copies are sent without, such as those with secrets.</summary>
    [HeaderName]
    public IReadOnlyList<string> RemoveHeaders { get; init; } = [];

    /// <summary>Fields that copies get, in place of those of the same name.</summary>
    [HeaderName(OnKeys = true), HeaderValue]
    public IReadOnlyDictionary<string, string> AddHeaders { get; init; } = new Dictionary<string, string>();

    /// <summary>Bytes of a request body that are kept for the copy; a request with a larger one is not copied.</summary>
    [Between(0, 16777216)]
    public int MaxBody { get; init; } = 65536;

    /// <summary>How many copies are under way at a time, per node.</summary>
    [Between(1, 10000)]
    public int MaxInFlight { get; init; } = 32;

    /// <summary>How many copies wait for that, at most; further ones are dropped.</summary>
    [Between(0, 100000)]
    public int MaxQueued { get; init; } = 128;

    /// <summary>Bytes of bodies that all copies under way and waiting may have; further copies are dropped.</summary>
    [Between(0, 1073741824)]
    public int MaxBodies { get; init; } = 16777216;

    /// <summary>Milliseconds that a copy may take, its answer's body included.</summary>
    [Between(1, 600000)]
    public int Timeout { get; init; } = 10000;

    public void Check(Action<string, string> report)
    {
        if (Service is null && Upstream is null) report("service", "required field missing; give service or upstream");
        if (Service is not null && Upstream is not null) report("upstream", "must not be set when there is a service");
        if (MaxBodies < MaxBody) report("max_bodies", $"must not be less than max_body ({MaxBody})");
        foreach (var name in RemoveHeaders.Concat(AddHeaders.Keys))
            if (name.ToLowerInvariant() is "content-length" or "transfer-encoding" or "connection" or "host")
                report(AddHeaders.ContainsKey(name) ? "add_headers" : "remove_headers", $"{name} is the gateway's to say");
    }
}

using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.FaultInjection;

/// <summary>Which requests are made slow, and which fail.</summary>
internal sealed record FaultInjectionConfig : IChecked
{
    /// <summary>Requests that wait before they go on.</summary>
    public FaultDelay? Delay { get; init; }

    /// <summary>Requests that are answered in the upstream's place.</summary>
    public FaultAbort? Abort { get; init; }

    /// <summary>Only requests with these fields are concerned, each with one of the values given; any value when none is given.</summary>
    [HeaderName(OnKeys = true)]
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Headers { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>How many requests may wait at a time, per node; further ones go on at once.</summary>
    [Between(1, 1000000)]
    public int MaxActive { get; init; } = 1000;

    public void Check(Action<string, string> report)
    {
        if (Delay is null && Abort is null) report("", "at least one of delay and abort is needed");
    }
}

/// <summary>How long requests wait, and how many of them.</summary>
internal sealed record FaultDelay : IChecked
{
    /// <summary>Of the requests, in percent.</summary>
    [Between(0, 100)]
    public double Percentage { get; init; } = 100;

    /// <summary>Milliseconds, at least.</summary>
    [Required, Between(1, 600000)]
    public int Min { get; init; }

    /// <summary>Milliseconds, at most, evenly spread; <see cref="Min"/> when absent.</summary>
    [Between(1, 600000)]
    public int? Max { get; init; }

    public void Check(Action<string, string> report)
    {
        if (Max < Min) report("max", $"must not be less than min ({Min})");
    }
}

/// <summary>What is answered in the upstream's place, and how often.</summary>
internal sealed record FaultAbort : IChecked
{
    /// <summary>Of the requests, in percent; drawn by itself, after the delay.</summary>
    [Between(0, 100)]
    public double Percentage { get; init; } = 100;

    /// <summary>The status. 444 closes the connection without an answer.</summary>
    [Required, Between(200, 599)]
    public int Status { get; init; }

    /// <summary>The whole answer, as it is; an error in the file's format when absent.</summary>
    [AllowEmpty]
    public string? Body { get; init; }

    /// <summary>The Content-Type of <see cref="Body"/>.</summary>
    [HeaderValue]
    public string ContentType { get; init; } = "text/plain; charset=utf-8";

    /// <summary>Further header fields of the answer.</summary>
    [HeaderName(OnKeys = true), HeaderValue]
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public void Check(Action<string, string> report)
    {
        foreach (var name in Headers.Keys)
            if (name.ToLowerInvariant() is "content-length" or "transfer-encoding" or "connection" or "content-type")
                report($"headers.{name}", "is the gateway's to say" + (name.Equals("content-type", StringComparison.OrdinalIgnoreCase) ? "; use content_type" : ""));
    }
}

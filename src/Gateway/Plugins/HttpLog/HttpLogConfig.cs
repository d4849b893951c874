using Sluice.Foundation.Schema;
using Sluice.Gateway.Plugins.Logging;

namespace Sluice.Gateway.Plugins.HttpLog;

/// <summary>Where entries are sent, and how.</summary>
internal sealed record HttpLogConfig : IChecked
{
    /// <summary>The URL that receives entries. Its query is not sent, as in Kong; user and password go into an Authorization field.</summary>
    [Required, Secret]
    public string HttpEndpoint { get; init; } = "";

    [OneOf("POST", "PUT", "PATCH")]
    public string Method { get; init; } = "POST";

    [OneOf("application/json", "application/json; charset=utf-8")]
    public string ContentType { get; init; } = "application/json";

    /// <summary>Milliseconds for one attempt.</summary>
    [Between(1, int.MaxValue)]
    public double Timeout { get; init; } = 10000;

    /// <summary>Milliseconds for which an idle connection is kept.</summary>
    [Between(0, int.MaxValue)]
    public double Keepalive { get; init; } = 60000;

    /// <summary>Further header fields of each request.</summary>
    [Secret]
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Kong 3.10: whether the certificate of an https endpoint is verified.</summary>
    public bool SslVerify { get; init; }

    /// <summary>How entries wait, are put together and sent again.</summary>
    public QueueConfig Queue { get; init; } = new();

    /// <summary>Fields to set or take out, as Lua code; see the page for what is supported.</summary>
    [CustomField]
    public IReadOnlyDictionary<string, string>? CustomFieldsByLua { get; init; }

    [NoEffect("queue.max_retry_time says how long a batch is tried")]
    public int? RetryCount { get; init; }

    /// <summary>Old name of <c>queue.max_batch_size</c>.</summary>
    public int? QueueSize { get; init; }

    /// <summary>Old name of <c>queue.max_coalescing_delay</c>.</summary>
    public double? FlushTimeout { get; init; }

    public void Check(Action<string, string> report)
    {
        if (!Uri.TryCreate(HttpEndpoint, UriKind.Absolute, out var url) || url.Host.Length == 0 || url.Scheme is not ("http" or "https"))
        {
            report("http_endpoint", "must be an http or https URL with a host");
            return;
        }

        foreach (var name in Headers?.Keys ?? [])
        {
            if (name.Equals("Host", StringComparison.OrdinalIgnoreCase)) report("headers", "cannot contain 'Host' header");
            else if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)) report("headers", "cannot contain 'Content-Length' header");
            else if (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)) report("headers", "cannot contain 'Content-Type' header");
            else if (name.Equals("Authorization", StringComparison.OrdinalIgnoreCase) && url.UserInfo.Length > 0)
                report("headers", "specifying both an 'Authorization' header and user info in 'http_endpoint' is not allowed");
        }
    }
}

using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.RequestTermination;

/// <summary>A fixed answer in place of the upstream's.</summary>
internal sealed record RequestTerminationConfig : IChecked
{
    /// <summary>The status. 444 and 499 close the connection without an answer, as in nginx.</summary>
    [Between(100, 599)]
    public int StatusCode { get; init; } = 503;

    /// <summary>The message of a JSON answer; not together with <see cref="Body"/>.</summary>
    public string? Message { get; init; }

    /// <summary>The Content-Type of <see cref="Body"/>.</summary>
    [HeaderValue]
    public string? ContentType { get; init; }

    /// <summary>The whole answer, as it is.</summary>
    public string? Body { get; init; }

    /// <summary>Whether the answer shows the request, the matched route and its service, for finding mistakes in a configuration.</summary>
    public bool Echo { get; init; }

    /// <summary>Only requests that have a header field or a query argument of this name are answered; the others go upstream.</summary>
    [Pattern("[A-Za-z0-9_-]+", "a header name of A-Z, a-z, 0-9, _ and -")]
    public string? Trigger { get; init; }

    public void Check(Action<string, string> report)
    {
        var hasBody = !string.IsNullOrEmpty(Body);
        var hasType = !string.IsNullOrEmpty(ContentType);
        if (!string.IsNullOrEmpty(Message) && (hasType || hasBody)) report("", "message cannot be used with content_type or body");
        if (hasType && !hasBody) report("", "content_type requires a body");
        if (Echo && (hasType || hasBody)) report("", "echo cannot be used with content_type and body");
    }
}

using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Replaying;

/// <summary>The head of a request that was served, without its secrets: enough to ask another configuration what it would do with it.</summary>
internal sealed class RecordedRequest
{
    /// <summary>Stands for a value that is not kept.</summary>
    public const string Redacted = "redacted";

    private static readonly string[] SecretWords = ["auth", "cookie", "key", "token", "secret", "password", "session", "credential", "signature", "cert"];

    private RecordedRequest(Exchange exchange)
    {
        var request = exchange.Request;
        Method = request.Method;
        Scheme = request.Scheme;
        Target = WithoutSecrets(exchange.Http.Features.Get<IHttpRequestFeature>()!.RawTarget);
        Sni = exchange.Http.Features.Get<Microsoft.AspNetCore.Connections.Features.ITlsHandshakeFeature>()?.HostName;
        var headers = new KeyValuePair<string, string>[request.Headers.Count];
        var i = 0;
        foreach (var (name, values) in request.Headers)
            headers[i++] = new(name, IsSecret(name) ? Redacted : values.ToString());
        Headers = headers;
    }

    public string Method { get; }

    /// <summary><c>http</c> or <c>https</c>.</summary>
    public string Scheme { get; }

    /// <summary>As it came, with the values of secret arguments redacted.</summary>
    public string Target { get; }

    public string? Sni { get; }

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; }

    public IPAddress Client { get; private set; } = IPAddress.None;

    /// <summary>Who called; null for nobody known.</summary>
    public Guid? Consumer { get; private set; }

    /// <summary>How the caller proved it; null for an anonymous one.</summary>
    public Type? Credential { get; private set; }

    /// <summary>The request as it came, before anything was changed.</summary>
    public static RecordedRequest Begin(Exchange exchange) => new(exchange);

    /// <summary>What is known at the end.</summary>
    public void End(Exchange exchange)
    {
        Client = exchange.ClientAddress;
        Consumer = exchange.Consumer?.Config.Id;
        Credential = exchange.Credential?.GetType();
    }

    /// <summary>For people: <c>GET http://a.test/orders</c>, without the query.</summary>
    public override string ToString()
    {
        var host = Headers.FirstOrDefault(h => h.Key.Equals("Host", StringComparison.OrdinalIgnoreCase)).Value;
        return $"{Method} {Scheme}://{host}{Target.Split('?')[0]}";
    }

    private static bool IsSecret(string name)
    {
        foreach (var word in SecretWords)
            if (name.Contains(word, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }

    private static string WithoutSecrets(string target)
    {
        var question = target.IndexOf('?', StringComparison.Ordinal);
        if (question < 0)
            return target;
        var arguments = target[(question + 1)..].Split('&');
        for (var i = 0; i < arguments.Length; i++)
            if (arguments[i].IndexOf('=', StringComparison.Ordinal) is var equals and > 0 && IsSecret(arguments[i][..equals]))
                arguments[i] = arguments[i][..(equals + 1)] + Redacted;
        return target[..(question + 1)] + string.Join('&', arguments);
    }
}

using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins;

namespace Sluice.Gateway.Replaying;

/// <summary>The head of a request that was served, with fingerprints of its secrets: enough to ask another configuration what it would do with it.</summary>
internal sealed class RecordedRequest
{
    private static readonly string[] SecretWords =
        ["auth", "cookie", "key", "token", "jwt", "secret", "passw", "passphrase", "pwd", "otp", "session", "credential", "assertion", "signature", "cert"];

    private static readonly SearchValues<char> SchemeCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");

    private RecordedRequest(Exchange exchange)
    {
        var request = exchange.Request;
        Method = request.Method;
        Scheme = request.Scheme;
        Target = WithoutSecrets(exchange.Http.Features.Get<IHttpRequestFeature>()!.RawTarget);
        Sni = exchange.Http.Features.Get<Microsoft.AspNetCore.Connections.Features.ITlsHandshakeFeature>()?.HostName;
        var headers = new KeyValuePair<string, StringValues>[request.Headers.Count];
        var i = 0;
        foreach (var (name, values) in request.Headers)
            headers[i++] = new(name, IsSecret(name) ? WithoutSecrets(values) : values);
        Headers = headers;
    }

    public string Method { get; }

    /// <summary><c>http</c> or <c>https</c>.</summary>
    public string Scheme { get; }

    /// <summary>As it came, with fingerprints for the values of secret arguments.</summary>
    public string Target { get; }

    public string? Sni { get; }

    public IReadOnlyList<KeyValuePair<string, StringValues>> Headers { get; }

    public IPAddress Client { get; private set; } = IPAddress.None;

    /// <summary>Who called; null for nobody known.</summary>
    public Guid? Consumer { get; private set; }

    /// <summary>The id and kind of what the caller proved it with; null for an anonymous one.</summary>
    public (Guid Id, Type Kind)? Credential { get; private set; }

    /// <summary>The request as it came, before anything was changed.</summary>
    public static RecordedRequest Begin(Exchange exchange) => new(exchange);

    /// <summary>What is known at the end.</summary>
    public void End(Exchange exchange)
    {
        Client = exchange.ClientAddress;
        Consumer = exchange.Consumer?.Config.Id;
        Credential = exchange.Credential is { } credential ? (credential.Id, credential.GetType()) : null;
    }

    /// <summary>For people: <c>GET http://a.test/orders</c>, without the query.</summary>
    public override string ToString()
    {
        var host = Headers.FirstOrDefault(h => h.Key.Equals("Host", StringComparison.OrdinalIgnoreCase)).Value.ToString();
        return $"{Method} {Scheme}://{host}{Target.Split('?')[0]}";
    }

    private static bool IsSecret(string name)
    {
        foreach (var word in SecretWords)
            if (name.Contains(word, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }

    /// <summary>Of <c>Bearer abc</c> the scheme stays: what somebody shows is no secret.</summary>
    private static StringValues WithoutSecrets(StringValues values)
    {
        var kept = new string[values.Count];
        for (var i = 0; i < kept.Length; i++)
        {
            var value = FieldText.Read(values[i] ?? "");
            var scheme = value.AsSpan(0, Math.Max(0, value.IndexOf(' ', StringComparison.Ordinal)));
            kept[i] = (scheme.Length is > 0 and <= 20 && scheme.ContainsAnyExcept(SchemeCharacters) is false ? $"{scheme} " : "") + Fingerprint.Of(value);
        }
        return kept;
    }

    private static string WithoutSecrets(string target)
    {
        var question = target.IndexOf('?', StringComparison.Ordinal);
        if (question < 0)
            return target;
        var arguments = target[(question + 1)..].Split('&');
        for (var i = 0; i < arguments.Length; i++)
            if (arguments[i].IndexOf('=', StringComparison.Ordinal) is var equals and > 0 && IsSecret(QueryArguments.Decode(arguments[i].AsSpan(0, equals))))
                arguments[i] = arguments[i][..(equals + 1)] + Fingerprint.Of(QueryArguments.Decode(arguments[i].AsSpan(equals + 1)));
        return target[..(question + 1)] + string.Join('&', arguments);
    }
}

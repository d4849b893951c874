using System.Text;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Outbound;

namespace Sluice.Gateway.Plugins.Functions;

/// <summary>The request as functions see it: what the client sent, and what goes upstream.</summary>
public sealed class FunctionRequest
{
    private readonly Exchange exchange;

    internal FunctionRequest(Exchange exchange) => this.exchange = exchange;

    /// <summary>The id of the request.</summary>
    public string Id => exchange.RequestId;

    /// <summary>The method; what is set goes upstream.</summary>
    public string Method
    {
        get => exchange.Upstream.Method;
        set => exchange.Upstream.Method = Token(value);
    }

    /// <summary>The path as the client sent it, normalised.</summary>
    public string Path => exchange.Path;

    /// <summary>The path that goes upstream, percent-encoded.</summary>
    public string UpstreamPath
    {
        get => exchange.Upstream.Path;
        set => exchange.Upstream.Path = value.StartsWith('/') && !value.AsSpan().ContainsAnyExceptInRange('!', '~') && !value.AsSpan().ContainsAny("?#") ? value : throw new ArgumentException("a path begins with / and is percent-encoded");
    }

    /// <summary>The query as it came, with its question mark; empty for none.</summary>
    public string Query => exchange.Query;

    /// <summary>The host that the client asked for.</summary>
    public string Host => exchange.Request.Host.Value ?? "";

    /// <summary><c>http</c> or <c>https</c>.</summary>
    public string Scheme => exchange.ForwardedScheme;

    /// <summary>The client's address.</summary>
    public string ClientAddress => exchange.ClientAddress.ToString();

    /// <summary>The route's name or id; null for none.</summary>
    public string? Route => exchange.Route?.Label;

    /// <summary>The service's name or id; null for none.</summary>
    public string? Service => exchange.Service?.Label;

    /// <summary>The username of the consumer; null while nobody is known.</summary>
    public string? Consumer => exchange.Consumer?.Config.Username;

    /// <summary>The body as text, up to 1 MiB; empty for none, for a larger one, and in phases after the request.</summary>
    public string Body { get; internal set; } = "";

    /// <summary>A header field, several values joined with commas; null for none.</summary>
    public string? Header(string name) => exchange.Request.Headers.TryGetValue(name, out var value) ? FieldText.Read(value.ToString()) : null;

    /// <summary>An argument of the query, decoded; null for none.</summary>
    public string? Argument(string name) => QueryArguments.Find(exchange.Query, name) is { Count: > 0 } found ? found.First ?? "" : null;

    /// <summary>Sets a header field that goes upstream.</summary>
    public void SetHeader(string name, string value) => exchange.Request.Headers[Settable(name)] = Field(value);

    /// <summary>Takes a header field out of what goes upstream.</summary>
    public void RemoveHeader(string name) => exchange.Request.Headers.Remove(Settable(name));

    /// <summary>A name whose field says nothing of where the message ends: a wrong one would have the next request begin in the middle of this one.</summary>
    internal static string Settable(string name) =>
        OutboundAnswer.IsAboutConnection(Token(name)) ? throw new ArgumentException($"{name} is the gateway's to say") : name;

    internal static string Field(string value) => FieldText.OfForeign(value) ?? throw new ArgumentException("a header field cannot hold control characters");

    internal static string Token(string text) =>
        text.Length > 0 && Ascii.IsValid(text) && text.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+.^_`|~-".Contains(c, StringComparison.Ordinal)) ? text : throw new ArgumentException($"'{text}' is no name of a header field or method");
}

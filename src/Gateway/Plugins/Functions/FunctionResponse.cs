using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Functions;

/// <summary>The response as functions see it.</summary>
public sealed class FunctionResponse
{
    private readonly Exchange exchange;

    internal FunctionResponse(Exchange exchange) => this.exchange = exchange;

    /// <summary>The status; it can be set in <c>header_filter</c>.</summary>
    public int Status
    {
        get => exchange.Response.StatusCode;
        set => exchange.Response.StatusCode = value is >= 200 and <= 599 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "a status is 200 to 599");
    }

    /// <summary>Whether the upstream made it, and not the gateway.</summary>
    public bool IsFromUpstream => exchange.Source == ResponseSource.Upstream;

    /// <summary>The body as text; only in <c>body_filter</c>.</summary>
    public string Body { get; set; } = "";

    /// <summary>A header field, several values joined with commas; null for none.</summary>
    public string? Header(string name) => exchange.Response.Headers.TryGetValue(name, out var value) ? FieldText.Read(value.ToString()) : null;

    /// <summary>Sets a header field; in <c>header_filter</c>.</summary>
    public void SetHeader(string name, string value) => exchange.Response.Headers[FunctionRequest.Settable(name)] = FunctionRequest.Field(value);

    /// <summary>Takes a header field out; in <c>header_filter</c>.</summary>
    public void RemoveHeader(string name) => exchange.Response.Headers.Remove(FunctionRequest.Settable(name));
}

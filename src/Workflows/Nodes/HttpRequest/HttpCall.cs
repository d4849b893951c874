using System.Text;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.HttpRequest;

/// <summary>A request before it is sent: it may be sent several times, for redirects and pages.</summary>
internal sealed class HttpCall
{
    /// <summary>The media types of a request that says nothing else.</summary>
    public const string AcceptsAll = "application/json,text/html,application/xhtml+xml,application/xml,text/*;q=0.9, image/*;q=0.8, */*;q=0.7";

    public required string Method { get; set; }

    public required Uri Url { get; set; }

    public List<KeyValuePair<string, string>> Query { get; } = [];

    public List<KeyValuePair<string, string>> Headers { get; } = [];

    /// <summary>Header fields that go to no other host.</summary>
    public List<KeyValuePair<string, string>> Secrets { get; } = [];

    /// <summary>Query arguments that go to no other host.</summary>
    public List<KeyValuePair<string, string>> SecretQuery { get; } = [];

    /// <summary>Signs a request whose address, header fields and body are final; null where none is signed.</summary>
    public Action<HttpRequestMessage, byte[]>? Sign { get; set; }

    /// <summary>Authorises it anew when the server did not take what it was authorised with (401): a token that ended early; null where that cannot help.</summary>
    public Func<ValueTask>? Reauthorise { get; set; }

    /// <summary>The body's fields where it is JSON or a form; null when it is something else.</summary>
    public JsObject? Fields { get; set; }

    /// <summary>Makes the body; null when there is none.</summary>
    public Func<HttpCall, HttpContent?>? Body { get; set; }

    public required HttpRoute Route { get; set; }

    public TimeSpan Timeout { get; set; }

    /// <summary>Adds a header field that goes to no other host.</summary>
    public void AddSecret(string name, string value)
    {
        if (value.AsSpan().ContainsAny('\r', '\n', '\0')) throw new NodeException($"the connection's value for '{name}' holds a line end") { Retryable = false };
        Secrets.RemoveAll(s => string.Equals(s.Key, name, StringComparison.OrdinalIgnoreCase));
        Secrets.Add(new(name, value));
    }

    /// <summary>Changes a parameter, for the next page.</summary>
    public void Change(string where, string name, JsValue value)
    {
        if (where is "body")
        {
            Fields = Fields?.Clone() ?? new JsObject();
            if (value.IsUndefined) Fields.Remove(name);
            else Fields.Set(name, value);
            return;
        }

        var list = where is "qs" ? Query : Headers;
        list.RemoveAll(p => string.Equals(p.Key, name, where is "qs" ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase));
        if (!value.IsUndefined) list.Add(new(name, ParameterValues.ToText(value)));
    }

    public async ValueTask<HttpRequestMessage> ToMessageAsync(bool withSecrets, CancellationToken cancel)
    {
        var message = new HttpRequestMessage(new HttpMethod(Method), WithQuery(withSecrets ? [.. Query, .. SecretQuery] : Query)) { Version = System.Net.HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower, Content = Body?.Invoke(this) };
        foreach (var (name, value) in withSecrets ? Headers.Concat(Secrets) : Headers)
        {
            if (message.Headers.TryAddWithoutValidation(name, value)) continue;
            message.Content ??= new ByteArrayContent([]);
            message.Content.Headers.Remove(name);
            if (!message.Content.Headers.TryAddWithoutValidation(name, value)) throw new NodeException($"'{name}' is no name of a header field") { Retryable = false };
        }

        if (!message.Headers.Contains("Accept")) message.Headers.TryAddWithoutValidation("Accept", AcceptsAll);
        if (!message.Headers.Contains("User-Agent")) message.Headers.TryAddWithoutValidation("User-Agent", "sluice");
        if (withSecrets && Sign is { } sign) sign(message, message.Content is { } content ? await content.ReadAsByteArrayAsync(cancel) : []);
        return message;
    }

    private Uri WithQuery(List<KeyValuePair<string, string>> query)
    {
        if (query.Count == 0) return Url;
        var text = new StringBuilder(Url.GetLeftPart(UriPartial.Path)).Append(Url.Query.Length > 1 ? Url.Query : "");
        var separator = Url.Query.Length > 1 ? '&' : '?';
        foreach (var (name, value) in query)
        {
            text.Append(separator).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }

        return new Uri(text.ToString());
    }
}

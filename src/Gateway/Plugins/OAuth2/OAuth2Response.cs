using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.OAuth2;

/// <summary>What an endpoint has to say: fields by name, either an error or what was asked for.</summary>
internal sealed class OAuth2Response
{
    private const string Json = "application/json; charset=utf-8";

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly KeyValuePair<string, StringValues>[] NotKept = [new("Cache-Control", "no-store"), new("Pragma", "no-cache")];

    private readonly SortedDictionary<string, object> fields = new(StringComparer.Ordinal);

    public bool IsError => fields.ContainsKey("error");

    /// <summary>It goes behind the <c>#</c> of the redirect URI, where servers do not see it.</summary>
    public bool IsForFragment { get; private set; }

    public static OAuth2Response Error(string error, string description) => new OAuth2Response().With("error", error).With("error_description", description);

    /// <summary>Adds a field, unless there is no value.</summary>
    public OAuth2Response With(string name, object? value)
    {
        if (value is not null) fields[name] = value;
        return this;
    }

    /// <summary>Has <see cref="ToRedirect"/> put it into the fragment.</summary>
    public OAuth2Response ForFragment()
    {
        IsForFragment = true;
        return this;
    }

    /// <summary>As a body of its own.</summary>
    /// <param name="errorStatus">The status where it is an error.</param>
    /// <param name="challenge">WWW-Authenticate; null for none.</param>
    public Answer ToAnswer(int errorStatus = 400, string? challenge = null) => new()
    {
        Status = IsError ? errorStatus : 200,
        ContentType = Json,
        Body = JsonSerializer.SerializeToUtf8Bytes(fields, Relaxed),
        Headers = challenge is null ? NotKept : [.. NotKept, new("WWW-Authenticate", challenge)],
    };

    /// <summary>As part of the URI to which the client's user is to be sent.</summary>
    public Answer ToRedirect(string uri)
    {
        var (rest, fragment) = Cut(uri, '#');
        var (address, query) = Cut(rest, '?');
        if (IsForFragment) fragment = Join(fragment);
        else query = Join(query);
        var target = address + (query.Length > 0 ? "?" + query : "") + (fragment.Length > 0 ? "#" + fragment : "");
        return new Answer
        {
            Status = IsError ? 400 : 200,
            ContentType = Json,
            Body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["redirect_uri"] = target }, Relaxed),
            Headers = NotKept,
        };
    }

    /// <summary>The arguments that are there already, but for those of the same name, and these, in the order of their names.</summary>
    private string Join(string arguments)
    {
        var all = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (var argument in arguments.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Cut(argument.Replace('+', ' '), '=');
            all[Uri.UnescapeDataString(name)] = argument.Contains('=', StringComparison.Ordinal) ? Uri.UnescapeDataString(value) : null;
        }

        foreach (var (name, value) in fields) all[name] = Convert.ToString(value, CultureInfo.InvariantCulture);
        return string.Join('&', all.Select(a => Uri.EscapeDataString(a.Key) + (a.Value is null ? "" : "=" + Uri.EscapeDataString(a.Value))));
    }

    private static (string Before, string After) Cut(string text, char at)
    {
        var index = text.IndexOf(at, StringComparison.Ordinal);
        return index < 0 ? (text, "") : (text[..index], text[(index + 1)..]);
    }
}

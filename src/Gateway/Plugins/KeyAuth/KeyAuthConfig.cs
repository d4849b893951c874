using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.KeyAuth;

/// <summary>Callers show a key that belongs to a consumer.</summary>
internal sealed record KeyAuthConfig
{
    /// <summary>The names that the key is looked for under, in this order: as a header field, a query argument and a field of the body.</summary>
    [Pattern("[A-Za-z0-9_-]+", "a header name of A-Z, a-z, 0-9, _ and -")]
    public IReadOnlyList<string> KeyNames { get; init; } = ["apikey"];

    /// <summary>Whether the key is taken out of the request before it goes upstream.</summary>
    public bool HideCredentials { get; init; }

    /// <summary>The consumer (id or username) that callers without a good key are taken for; they are refused when absent.</summary>
    public string? Anonymous { get; init; }

    /// <summary>Whether the key may be in a header field.</summary>
    public bool KeyInHeader { get; init; } = true;

    /// <summary>Whether the key may be in the query.</summary>
    public bool KeyInQuery { get; init; } = true;

    /// <summary>Whether the key may be in the body: urlencoded or multipart form fields, or a member of a JSON object. Bodies over 1 MiB are not looked into.</summary>
    public bool KeyInBody { get; init; }

    /// <summary>Whether OPTIONS requests need a key too; CORS preflights cannot carry one.</summary>
    public bool RunOnPreflight { get; init; } = true;

    /// <summary>Named in the <c>WWW-Authenticate</c> field of refusals.</summary>
    [HeaderValue]
    public string? Realm { get; init; }
}

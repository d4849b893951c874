using Microsoft.AspNetCore.Http;

namespace Sluice.Control.Identity;

/// <summary>How a caller of the admin listener was recognised.</summary>
public enum CallerKind
{
    /// <summary>Not at all.</summary>
    Anonymous,

    /// <summary>By coming from this machine while nobody has an account.</summary>
    Local,

    /// <summary>Not at all, and it does not matter: <c>--admin-auth off</c>.</summary>
    Open,

    /// <summary>By the session of a user who signed in.</summary>
    User,

    /// <summary>By an API token.</summary>
    Token,
}

/// <summary>Who sends a request to the admin listener.</summary>
/// <param name="Kind">How that is known.</param>
/// <param name="Name">The user's or token's name, for the audit log and authors of releases.</param>
/// <param name="Role">What they may do; null for nothing.</param>
/// <param name="Scopes">
/// The tags that limit them, such as <c>tenant:acme</c>: they see and change only what carries one of these tags. Empty for no limit.
/// </param>
/// <param name="Id">The user's or token's id; null for the other kinds.</param>
public sealed record Caller(CallerKind Kind, string Name, Role? Role, IReadOnlyList<string> Scopes, string? Id = null)
{
    public static Caller Anonymous { get; } = new(CallerKind.Anonymous, "anonymous", null, []);

    internal static Caller Local { get; } = new(CallerKind.Local, "local", Identity.Role.Admin, []);

    internal static Caller Open { get; } = new(CallerKind.Open, "anonymous", Identity.Role.Admin, []);

    /// <summary>Who sends this request; <see cref="Anonymous"/> where nobody has asked.</summary>
    public static Caller Of(HttpContext http) => http.Features.Get<Caller>() ?? Anonymous;

    /// <summary>Whether they may read secrets that stand in the configuration: who may change it could send them anywhere.</summary>
    public bool SeesSecrets => Role >= Identity.Role.Operator;

    public bool IsLimited => Scopes.Count > 0;

    /// <summary>Whether an object with these tags is theirs to see and to change.</summary>
    public bool Covers(IEnumerable<string>? tags) => !IsLimited || (tags?.Any(tag => Scopes.Contains(tag, StringComparer.Ordinal)) ?? false);
}

/// <summary>Endpoint metadata: this endpoint shows and changes only what <see cref="Caller.Covers"/> allows, so that limited callers are let through.</summary>
public sealed class HeedsScopes
{
    public static HeedsScopes Instance { get; } = new();
}

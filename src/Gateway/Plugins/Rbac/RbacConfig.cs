using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;
using Sluice.Gateway.Plugins.Authorization;

namespace Sluice.Gateway.Plugins.Rbac;

/// <summary>Who may do what: rules from consumers, groups and claims to methods and paths.</summary>
internal sealed record RbacConfig
{
    /// <summary>The rules.</summary>
    [Length(1, 1000)]
    public IReadOnlyList<RbacRule> Rules { get; init; } = [];

    /// <summary>Which rule counts where several match: <c>deny_overrides</c> (any that denies, wherever it stands) or <c>first_match</c> (the first).</summary>
    [OneOf("deny_overrides", "first_match")]
    public string Precedence { get; init; } = "deny_overrides";

    /// <summary>What happens to requests that no rule matches.</summary>
    [OneOf("deny", "allow")]
    public string Default { get; init; } = "deny";

    /// <summary>The status of refusals; callers of whom nothing is known get 401.</summary>
    [Between(400, 499)]
    public int StatusCode { get; init; } = 403;

    /// <summary>The message of refusals.</summary>
    [Length(1, 1000)]
    public string Message { get; init; } = "You are not allowed to do this";

    /// <summary>Whether paths with encoded slashes, backslashes or semicolons, which upstreams may read as another path, are judged like others instead of being refused.</summary>
    public bool AllowEncodedSlashes { get; init; }

    /// <summary>Whether requests that would be refused pass, and are only counted and logged.</summary>
    public bool DryRun { get; init; }
}

/// <summary>One rule. It matches when everything that it names does; a rule that names nobody is for everybody.</summary>
internal sealed record RbacRule : IChecked
{
    /// <summary>For logs.</summary>
    [Length(1, 200)]
    public string? Name { get; init; }

    /// <summary>What becomes of requests that match.</summary>
    [OneOf("allow", "deny")]
    public string Effect { get; init; } = "allow";

    /// <summary>The caller is one of these consumers, by username, custom id or id.</summary>
    [Length(0, 10000)]
    public IReadOnlyList<string>? Consumers { get; init; }

    /// <summary>The caller is in one of these: consumer groups, or groups of <c>acls</c>.</summary>
    [Length(0, 1000)]
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>All of these are claimed of the caller, by what <c>jwt</c>, <c>openid-connect</c>, <c>oauth2-introspection</c> or <c>jwt-signer</c> verified.</summary>
    [Length(0, 50)]
    public IReadOnlyList<RbacClaim>? Claims { get; init; }

    /// <summary>Whether any caller who has shown a credential is meant.</summary>
    public bool Authenticated { get; init; }

    /// <summary>The methods; all when absent.</summary>
    [HttpMethod]
    public IReadOnlyList<string>? Methods { get; init; }

    /// <summary>The paths, as <c>/orders/*</c> (one segment), <c>/orders/**</c> (all below), <c>/users/{claim:sub}/**</c>, <c>/teams/{consumer}</c>; all when absent.</summary>
    [PathPattern, Length(0, 1000)]
    public IReadOnlyList<string>? Paths { get; init; }

    public void Check(Action<string, string> report)
    {
        // An empty list would be read as everybody by some and as nobody by others.
        if (Consumers is { Count: 0 }) report("consumers", "must name somebody; leave it out for everybody");
        if (Groups is { Count: 0 }) report("groups", "must name a group; leave it out for everybody");
        if (Methods is { Count: 0 }) report("methods", "must name a method; leave it out for all");
        if (Paths is { Count: 0 }) report("paths", "must name a path; leave it out for all");
    }
}

/// <summary>Something that is claimed of a caller.</summary>
internal sealed record RbacClaim
{
    /// <summary>The claim's name, or a path of names with dots between them: <c>realm_access.roles</c>.</summary>
    [Required, Length(1, 500)]
    public string Name { get; init; } = "";

    /// <summary>The values, one of which it must have; <c>orders:*</c> stands for all that begin so, <c>*</c> for any. Words of a text (as in <c>scope</c>) count singly.</summary>
    [Required, Length(1, 1000)]
    public IReadOnlyList<string> Values { get; init; } = [];
}

using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Control.KongAdmin;

/// <summary>One list of objects as Kong's Admin API addresses it.</summary>
/// <param name="Kind">What is in it.</param>
/// <param name="Name">Its first path segment: <c>key-auths</c>.</param>
/// <param name="NestedName">Its segment below another object: <c>key-auth</c> in <c>/consumers/ann/key-auth</c>.</param>
internal sealed record Collection(EntityKind Kind, string Name, string NestedName)
{
    private static readonly Collection[] Known =
    [
        Of("services"), Of("routes"), Of("upstreams"), Of("consumers"), Of("consumer_groups"), Of("plugins"), Of("pipelines"),
        Of("certificates"), Of("snis"), Of("ca_certificates"), Of("vaults"),
        Of("targets"),
        Of("keyauth_credentials", "key-auths", "key-auth"), Of("basicauth_credentials", "basic-auths", "basic-auth"),
        Of("hmacauth_credentials", "hmac-auths", "hmac-auth"), Of("jwt_secrets", "jwts", "jwt"), Of("oauth2_credentials", "oauth2", "oauth2"), Of("acls"),
    ];

    /// <summary>Every list; those of Kong's that hold nothing here (<c>keys</c>, <c>key-sets</c>) are in <see cref="Empty"/>.</summary>
    public static IReadOnlyList<Collection> All => Known;

    /// <summary>Lists of Kong's whose objects have no use here: they can be read and are empty.</summary>
    public static IReadOnlyList<string> Empty { get; } = ["keys", "key-sets", "filter-chains"];

    /// <summary>The list at <c>/NAME</c>.</summary>
    public static Collection? Top(string name) => Array.Find(Known, c => c.Name == name && c.Kind.Name != "targets");

    /// <summary>The list at <c>/PARENT/x/NAME</c>: what refers to objects of <paramref name="parent"/>.</summary>
    public static Collection? Below(Collection parent, string name) =>
        Array.Find(Known, c => c.NestedName == name && c.Kind.References.Any(r => r.Kind == parent.Kind.Name));

    /// <summary>The list of <paramref name="kind"/>.</summary>
    public static Collection For(string kind) => Array.Find(Known, c => c.Kind.Name == kind)!;

    private static Collection Of(string kind, string? name = null, string? nested = null) =>
        new(EntityKind.ByName[kind], name ?? kind, nested ?? kind);
}

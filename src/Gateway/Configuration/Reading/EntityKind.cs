namespace Sluice.Gateway.Configuration.Reading;

/// <summary>One kind of object of the declarative format: its list, its record, and what identifies it.</summary>
/// <param name="Name">The name of its list: <c>routes</c>.</param>
/// <param name="Singular">As a person says it: "route".</param>
/// <param name="Record">The record it is read into.</param>
internal sealed record EntityKind(string Name, string Singular, Type Record)
{
    /// <summary>The field that others refer to it by, besides the id; unique.</summary>
    public string? Key { get; init; }

    /// <summary>Further fields that no two may share.</summary>
    public IReadOnlyList<string> Unique { get; init; } = [];

    /// <summary>The fields that the id is derived from where it is not from <see cref="Key"/>: Kong's cache key.</summary>
    public IReadOnlyList<string>? CacheKey { get; init; }

    /// <summary>Fields that refer to another object, with its kind. They also say what nests in what: routes stand in services because of their <c>service</c>.</summary>
    public IReadOnlyList<(string Field, string Kind)> References { get; init; } = [];

    /// <summary>Every kind that is read, parents before children.</summary>
    public static IReadOnlyList<EntityKind> All { get; } =
    [
        new("vaults", "vault", typeof(VaultConfig)) { Key = "prefix", CacheKey = ["prefix"] },
        new("ca_certificates", "CA certificate", typeof(CaCertificateConfig)) { Unique = ["cert_digest"] },
        new("certificates", "certificate", typeof(CertificateConfig)),
        new("snis", "SNI", typeof(SniConfig)) { Key = "name", References = [("certificate", "certificates")] },
        new("pipelines", "pipeline", typeof(PipelineConfig)) { Key = "name" },
        new("services", "service", typeof(ServiceConfig)) { Key = "name", References = [("client_certificate", "certificates")] },
        new("routes", "route", typeof(RouteConfig)) { Key = "name", References = [("service", "services")] },
        new("upstreams", "upstream", typeof(UpstreamConfig)) { Key = "name", References = [("client_certificate", "certificates")] },
        new("targets", "target", typeof(TargetConfig)) { CacheKey = ["upstream", "target"], References = [("upstream", "upstreams")] },
        new("consumers", "consumer", typeof(ConsumerConfig)) { Key = "username", Unique = ["custom_id"] },
        new("consumer_groups", "consumer group", typeof(ConsumerGroupConfig)) { Key = "name" },
        Credential("keyauth_credentials", "key", typeof(KeyAuthCredential)) with { Unique = ["key"] },
        Credential("jwt_secrets", "JWT secret", typeof(JwtCredential)) with { Unique = ["key"] },
        Credential("basicauth_credentials", "basic-auth credential", typeof(BasicAuthCredential)) with { Unique = ["username"], CacheKey = ["username"] },
        Credential("hmacauth_credentials", "hmac-auth credential", typeof(HmacAuthCredential)) with { Unique = ["username"], CacheKey = ["username"] },
        Credential("oauth2_credentials", "OAuth 2.0 client", typeof(OAuth2Credential)) with { Unique = ["client_id"] },
        Credential("acls", "ACL group", typeof(AclGroup)) with { CacheKey = ["consumer", "group"] },
        new("plugins", "plugin", typeof(PluginConfig))
        {
            Unique = ["instance_name"],
            CacheKey = ["name", "route", "service", "consumer"],
            References = [("route", "routes"), ("service", "services"), ("consumer", "consumers"), ("consumer_group", "consumer_groups"), ("pipeline", "pipelines")],
        },
    ];

    public static IReadOnlyDictionary<string, EntityKind> ByName { get; } = All.ToDictionary(k => k.Name, StringComparer.Ordinal);

    private static readonly Dictionary<string, IReadOnlyList<(EntityKind Kind, string Field)>> ChildrenByParent = All.ToDictionary(
        parent => parent.Name,
        parent => (IReadOnlyList<(EntityKind, string)>)[.. All.SelectMany(child => child.References.Where(r => r.Kind == parent.Name).Select(r => (child, r.Field)))],
        StringComparer.Ordinal);

    /// <summary>Fields of an object of this kind that are read outside its record.</summary>
    public IReadOnlySet<string> ReadElsewhere => field ??= new HashSet<string>(
        ["id", "_comment", "_ignore", .. Children.Select(c => c.Kind.Name), .. Record == typeof(PluginConfig) ? ["pipeline"] : Array.Empty<string>(), .. OwnExtras()], StringComparer.Ordinal);

    /// <summary>What nests in it, with the child's field that then needs not be given.</summary>
    public IReadOnlyList<(EntityKind Kind, string Field)> Children => ChildrenByParent[Name];

    private static EntityKind Credential(string name, string singular, Type record) => new(name, singular, record) { References = [("consumer", "consumers")] };

    private string[] OwnExtras() => Name switch
    {
        "plugins" or "vaults" => ["config"],
        "consumers" => ["groups"],
        "consumer_groups" => ["consumers"],
        _ => [],
    };
}

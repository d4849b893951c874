namespace Sluice.Gateway.Configuration.Reading;

/// <summary>One kind of object of the declarative format: its list, its record, and what identifies it.</summary>
/// <param name="Name">The name of its list: <c>routes</c>.</param>
/// <param name="Singular">As a person says it: "route".</param>
/// <param name="Record">The record it is read into.</param>
public sealed record EntityKind(string Name, string Singular, Type Record)
{
    /// <summary>The field that others refer to it by, besides the id; unique.</summary>
    public string? Key { get; init; }

    /// <summary>Further fields that no two may share.</summary>
    public IReadOnlyList<string> Unique { get; init; } = [];

    /// <summary>The fields that the id is derived from where it is not from <see cref="Key"/>: Kong's cache key.</summary>
    public IReadOnlyList<string>? CacheKey { get; init; }

    /// <summary>Fields that refer to another object, with its kind. They also say what nests in what: routes stand in services because of their <c>service</c>.</summary>
    public IReadOnlyList<ReferenceField> References { get; init; } = [];

    /// <summary>The field that names an object in an address beside its id: <see cref="Key"/>, or what is unique (for targets and ACL groups, in their parent).</summary>
    public string? LookupField => Key ?? Name switch
    {
        "targets" => "target",
        "acls" => "group",
        _ => Unique.Count > 0 ? Unique[0] : null,
    };

    /// <summary>Fields that only together are unique; null when there are none.</summary>
    internal IReadOnlyList<string>? Identifying =>
        CacheKey is not { Count: > 1 } ? null : Record == typeof(PluginConfig) ? PluginScope : CacheKey;

    private static readonly string[] PluginScope = ["name", "route", "service", "consumer", "consumer_group", "pipeline"];

    /// <summary>Its place in <see cref="All"/>.</summary>
    internal int Position => Positions[Name];

    /// <summary>Every kind that is read, parents before children.</summary>
    public static IReadOnlyList<EntityKind> All { get; } =
    [
        new("vaults", "vault", typeof(VaultConfig)) { Key = "prefix", CacheKey = ["prefix"] },
        new("ca_certificates", "CA certificate", typeof(CaCertificateConfig)) { Unique = ["cert_digest"] },
        new("certificates", "certificate", typeof(CertificateConfig)),
        new("snis", "SNI", typeof(SniConfig)) { Key = "name", References = [new("certificate", "certificates", Cascades: true)] },
        new("pipelines", "pipeline", typeof(PipelineConfig)) { Key = "name" },
        new("workflows", "workflow", typeof(WorkflowConfig)) { Key = "name" },
        new("services", "service", typeof(ServiceConfig)) { Key = "name", References = [new("client_certificate", "certificates")] },
        new("routes", "route", typeof(RouteConfig)) { Key = "name", References = [new("service", "services")] },
        new("upstreams", "upstream", typeof(UpstreamConfig)) { Key = "name", References = [new("client_certificate", "certificates")] },
        new("targets", "target", typeof(TargetConfig)) { CacheKey = ["upstream", "target"], References = [new("upstream", "upstreams", Cascades: true)] },
        new("consumers", "consumer", typeof(ConsumerConfig)) { Key = "username", Unique = ["custom_id"] },
        new("consumer_groups", "consumer group", typeof(ConsumerGroupConfig)) { Key = "name" },
        Credential("keyauth_credentials", "key", typeof(KeyAuthCredential)) with { Unique = ["key"] },
        Credential("jwt_secrets", "JWT secret", typeof(JwtCredential)) with { Unique = ["key"] },
        Credential("basicauth_credentials", "basic-auth credential", typeof(BasicAuthCredential)) with { Unique = ["username"], CacheKey = ["username"] },
        Credential("hmacauth_credentials", "hmac-auth credential", typeof(HmacAuthCredential)) with { Unique = ["username"], CacheKey = ["username"] },
        Credential("oauth2_credentials", "OAuth 2.0 client", typeof(OAuth2Credential)) with { Unique = ["client_id"] },
        new("oauth2_tokens", "OAuth 2.0 token", typeof(OAuth2Token))
        {
            Unique = ["access_token", "refresh_token"],
            References = [new("credential", "oauth2_credentials", Cascades: true), new("service", "services", Cascades: true)],
        },
        Credential("acls", "ACL group", typeof(AclGroup)) with { CacheKey = ["consumer", "group"] },
        new("plugins", "plugin", typeof(PluginConfig))
        {
            Unique = ["instance_name"],
            CacheKey = ["name", "route", "service", "consumer"],
            References =
            [
                new("route", "routes", Cascades: true), new("service", "services", Cascades: true), new("consumer", "consumers", Cascades: true),
                new("consumer_group", "consumer_groups", Cascades: true), new("pipeline", "pipelines", Cascades: true),
            ],
        },
    ];

    public static IReadOnlyDictionary<string, EntityKind> ByName { get; } = All.ToDictionary(k => k.Name, StringComparer.Ordinal);

    private static readonly Dictionary<string, int> Positions = All.Select((k, i) => (k.Name, i)).ToDictionary(p => p.Name, p => p.i, StringComparer.Ordinal);

    private static readonly Dictionary<string, IReadOnlyList<(EntityKind Kind, string Field)>> ChildrenByParent = All.ToDictionary(
        parent => parent.Name,
        parent => (IReadOnlyList<(EntityKind, string)>)[.. All.SelectMany(child => child.References.Where(r => r.Kind == parent.Name).Select(r => (child, r.Field)))],
        StringComparer.Ordinal);

    /// <summary>Fields of an object of this kind that are read outside its record.</summary>
    internal IReadOnlySet<string> ReadElsewhere => field ??= new HashSet<string>(
        ["id", "_comment", "_ignore", .. Children.Select(c => c.Kind.Name), .. Record == typeof(PluginConfig) ? ["pipeline"] : Array.Empty<string>(), .. OwnExtras()], StringComparer.Ordinal);

    /// <summary>What nests in it, with the child's field that then needs not be given.</summary>
    public IReadOnlyList<(EntityKind Kind, string Field)> Children => ChildrenByParent[Name];

    private static EntityKind Credential(string name, string singular, Type record) => new(name, singular, record) { References = [new("consumer", "consumers", Cascades: true)] };

    private string[] OwnExtras() => Name switch
    {
        "plugins" or "vaults" => ["config"],
        "workflows" => ["document", "file"],
        "consumers" => ["groups"],
        "consumer_groups" => ["consumers"],
        _ => [],
    };
}

/// <summary>A field that refers to another object.</summary>
/// <param name="Field">Its name.</param>
/// <param name="Kind">The kind of what it refers to, as its list is called.</param>
/// <param name="Cascades">Whether the object goes when the other one is deleted; otherwise that one cannot be deleted while this refers to it.</param>
public readonly record struct ReferenceField(string Field, string Kind, bool Cascades = false);

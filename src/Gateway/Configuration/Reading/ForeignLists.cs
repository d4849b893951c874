namespace Sluice.Gateway.Configuration.Reading;

/// <summary>Lists and keys of the document that are not ours, and what is said about them.</summary>
internal static class ForeignLists
{
    /// <summary>Kong's own lists that have no meaning here; read over with a warning.</summary>
    public static string? WithoutEffect(string name) => name switch
    {
        "keys" or "key_sets" => "is used by none of the plugins of Sluice and has no effect",
        "oauth2_authorization_codes" or "sessions" or "acme_storage" or "ratelimiting_metrics" or "response_ratelimiting_metrics"
            => "is what Kong stores at run time and has no effect",
        "parameters" or "workspaces" or "clustering_data_planes" => "is how Kong keeps its own house and has no effect",
        _ => null,
    };

    /// <summary>What is said after "unknown field" of those that people meet; null for the rest.</summary>
    public static string? Explain(string name) => name switch
    {
        "_info" or "_konnect" or "_workspace" or "_plugin_configs" or "_config" or "_defaults" =>
            "; it is decK's own, which the gateway does not read (deck gateway sync reads it)",
        "rbac_roles" or "rbac_endpoint_permissions" or "custom_entities" or "graphql_ratelimiting_cost_decorations" or "licenses"
            or "partials" or "event_hooks" or "files" or "cloned_plugins" or "custom_plugins" or "plugins_partials" or "ai_models" or "mtls_auth_credentials"
            or "consumer_group_plugins" or "service_packages" or "ordering" or "condition" or "failover" or "tls_sans"
            or "sticky_sessions_cookie" or "sticky_sessions_cookie_path" =>
            "; it belongs to Kong's paid edition",
        "degraphql_routes" => "; the routes stand in the configuration of the plugin degraphql, as routes",
        "filter_chains" => "; Sluice runs no wasm filters",
        "run_on" => "; it went away with Kong 2.0",
        _ => null,
    };
}

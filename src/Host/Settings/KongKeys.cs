namespace Sluice.Host.Settings;

/// <summary>The settings of Kong 3.9's kong.conf: those that Sluice heeds, and those that it knows but that have no effect here.</summary>
internal static class KongKeys
{
    /// <summary>Read by <see cref="SettingsReader"/>.</summary>
    public static readonly IReadOnlySet<string> Heeded = new HashSet<string>(StringComparer.Ordinal)
    {
        "declarative_config", "declarative_config_string",
        "database", "pg_host", "pg_port", "pg_user", "pg_password", "pg_database", "pg_ssl", "pg_ssl_verify",
        "proxy_listen", "admin_listen", "status_listen",
        "ssl_cert", "ssl_cert_key", "ssl_cipher_suite", "ssl_protocols", "nginx_http_ssl_protocols",
        "headers", "headers_upstream", "trusted_ips", "real_ip_header", "real_ip_recursive",
        "nginx_proxy_real_ip_header", "nginx_proxy_real_ip_recursive",
        "upstream_keepalive_pool_size", "upstream_keepalive_max_requests", "upstream_keepalive_idle_timeout",
        "lua_ssl_trusted_certificate", "router_flavor", "log_level", "proxy_access_log",
        "nginx_http_client_header_timeout", "nginx_proxy_client_header_timeout", "nginx_http_client_body_timeout", "nginx_proxy_client_body_timeout",
        "nginx_http_keepalive_timeout", "nginx_proxy_keepalive_timeout",
        "nginx_http_client_max_body_size", "nginx_proxy_client_max_body_size", "client_max_body_size",
        "dns_resolver", "dns_hostsfile", "dns_order", "dns_valid_ttl", "dns_stale_ttl", "dns_not_found_ttl", "dns_error_ttl",
        "resolver_address", "resolver_hosts_file", "resolver_family", "resolver_valid_ttl", "resolver_stale_ttl", "resolver_error_ttl",
        "tracing_instrumentations", "opentelemetry_tracing", "tracing_sampling_rate", "opentelemetry_tracing_sampling_rate",
    };

    /// <summary>Also those whose value agrees with what Sluice does anyway, so that naming them would only worry people.</summary>
    public static bool IsSatisfied(string key, string value) => (key, value) switch
    {
        ("database", "off") => true,
        ("role", "traditional") => true,
        ("plugins", "bundled") => true,
        ("anonymous_reports", "off") => true,
        ("vaults", "bundled") => true,
        ("admin_gui_listen", "off") => true,
        ("stream_listen", "off") => true,
        ("nginx_daemon" or "nginx_main_daemon", "off") => true,
        ("admin_error_log" or "proxy_error_log" or "status_error_log", "/dev/stderr") => true,
        _ => false,
    };

    /// <summary>Whether Kong 3.9 knows the key, so that a typing error can be told from a setting without effect.</summary>
    public static bool IsKnown(string key) =>
        Known.Contains(key) || KnownPrefixes.Any(p => key.StartsWith(p, StringComparison.Ordinal));

    /// <summary>Directives that Kong passes to nginx, and families of keys.</summary>
    private static readonly string[] KnownPrefixes =
    [
        "nginx_main_", "nginx_events_", "nginx_http_", "nginx_upstream_", "nginx_proxy_", "nginx_location_", "nginx_status_",
        "nginx_admin_", "nginx_stream_", "nginx_supstream_", "nginx_sproxy_", "nginx_wasm_", "nginx_debug_", "nginx_kong_",
        "pluginserver_", "vault_", "pg_", "cluster_", "admin_gui_", "prometheus_plugin_", "keyring_", "portal_", "smtp_", "audit_log",
        "cassandra_", "vitals", "wasm_",
    ];

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "prefix", "proxy_error_log", "proxy_stream_access_log", "proxy_stream_error_log", "admin_access_log", "admin_error_log",
        "status_access_log", "status_error_log", "debug_access_log", "debug_error_log", "vaults", "plugins", "port_maps", "anonymous_reports", "proxy_server",
        "proxy_server_ssl_verify", "error_template_html", "error_template_json", "error_template_xml", "error_template_plain", "node_id",
        "stream_listen", "debug_listen", "admin_api_uri", "role", "database", "declarative_config_encryption_mode", "konnect_mode",
        "nginx_user", "nginx_worker_processes", "nginx_daemon", "db_update_frequency", "db_update_propagation", "db_cache_ttl",
        "db_cache_neg_ttl", "db_resurrect_ttl", "db_cache_warmup_entities", "dns_cache_size", "dns_no_sync", "ssl_ciphers",
        "lua_ssl_verify_depth", "error_default_type", "allow_debug_header",
        "admin_ssl_cert", "admin_ssl_cert_key", "status_ssl_cert", "status_ssl_cert_key", "new_dns_client",
        "resolver_lru_cache_size", "resolver_mem_cache_size", "worker_consistency", "worker_state_update_frequency", "worker_events_max_payload",
        "lmdb_environment_path", "lmdb_map_size", "mem_cache_size", "client_ssl", "client_ssl_cert", "client_ssl_cert_key",
        "ssl_prefer_server_ciphers", "ssl_dhparam", "ssl_session_tickets", "ssl_session_timeout", "ssl_session_cache_size",
        "debug_ssl_cert", "debug_ssl_cert_key", "client_body_buffer_size", "lua_socket_pool_size", "lua_ssl_protocols", "lua_package_path",
        "lua_package_cpath", "lua_max_req_headers", "lua_max_resp_headers", "lua_max_uri_args", "lua_max_post_args", "untrusted_lua", "untrusted_lua_sandbox_requires",
        "untrusted_lua_sandbox_environment", "openresty_path", "kic", "legacy_worker_events", "max_queued_batches", "request_debug",
        "request_debug_token", "wasm", "dedicated_config_processing", "privileged_worker", "allow_inconsistent_data_plane_plugins",
        "fips", "feature_conf_path", "event_hooks_enabled", "route_validation_strategy", "enforce_route_path_pattern", "enforce_rbac",
        "rbac_auth_header",
    };
}

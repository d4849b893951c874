using System.Collections.Frozen;

namespace Sluice.Gateway.Configuration.Reading;

/// <summary>The plugins that Kong Gateway 3.x comes with, so that one that is not built here is told from one that is misspelt.</summary>
internal static class KnownPlugins
{
    /// <summary>Part of the open-source edition.</summary>
    public static FrozenSet<string> Bundled { get; } = FrozenSet.Create(StringComparer.Ordinal,
        "acl", "acme", "ai-prompt-decorator", "ai-prompt-guard", "ai-prompt-template", "ai-proxy", "ai-request-transformer", "ai-response-transformer",
        "aws-lambda", "azure-functions", "basic-auth", "bot-detection", "correlation-id", "cors", "datadog", "file-log", "grpc-gateway", "grpc-web",
        "hmac-auth", "http-log", "ip-restriction", "jwt", "key-auth", "ldap-auth", "loggly", "oauth2", "opentelemetry", "post-function", "pre-function",
        "prometheus", "proxy-cache", "rate-limiting", "redirect", "request-size-limiting", "request-termination", "request-transformer",
        "response-ratelimiting", "response-transformer", "session", "standard-webhooks", "statsd", "syslog", "tcp-log", "udp-log", "zipkin");

    /// <summary>Part of the paid edition only.</summary>
    public static FrozenSet<string> Enterprise { get; } = FrozenSet.Create(StringComparer.Ordinal,
        "ace", "ai-a2a-proxy", "ai-aws-guardrails", "ai-azure-content-safety", "ai-custom-guardrail", "ai-gcp-model-armor", "ai-lakera-guard",
        "ai-llm-as-judge", "ai-mcp-oauth2", "ai-mcp-proxy", "ai-prompt-compressor", "ai-proxy-advanced", "ai-rag-injector", "ai-rate-limiting-advanced",
        "ai-sanitizer", "ai-semantic-cache", "ai-semantic-prompt-guard", "ai-semantic-response-guard", "app-dynamics", "application-registration",
        "canary", "confluent", "confluent-consume", "datakit", "degraphql", "exit-transformer", "forward-proxy", "graphql-proxy-cache-advanced",
        "graphql-rate-limiting-advanced", "header-cert-auth", "injection-protection", "jq", "json-threat-protection", "jwe-decrypt", "jwt-signer",
        "kafka-consume", "kafka-log", "kafka-upstream", "key-auth-enc", "konnect-application-auth", "ldap-auth-advanced", "metering-and-billing",
        "mocking", "mtls-auth", "oas-validation", "oauth2-introspection", "opa", "openid-connect", "proxy-cache-advanced", "rate-limiting-advanced",
        "request-callout", "request-transformer-advanced", "request-validator", "response-transformer-advanced", "route-by-header",
        "route-transformer-advanced", "saml", "service-protection", "solace-consume", "solace-log", "solace-upstream", "statsd-advanced",
        "tls-handshake-modifier", "tls-metadata-headers", "upstream-oauth", "upstream-timeout", "vault-auth", "websocket-size-limit",
        "websocket-validator", "xml-threat-protection");

    /// <summary>Those that also work on connections that are not HTTP, so that their <c>protocols</c> may say so.</summary>
    public static FrozenSet<string> OnStreams { get; } = FrozenSet.Create(StringComparer.Ordinal,
        "datadog", "file-log", "http-log", "ip-restriction", "loggly", "post-function", "pre-function", "prometheus",
        "statsd", "syslog", "tcp-log", "tls-handshake-modifier", "tls-metadata-headers", "udp-log", "zipkin");
}

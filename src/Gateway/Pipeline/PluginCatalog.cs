using Sluice.Gateway.Plugins.Acl;
using Sluice.Gateway.Plugins.Acme;
using Sluice.Gateway.Plugins.AdaptiveConcurrency;
using Sluice.Gateway.Plugins.AiPromptDecorator;
using Sluice.Gateway.Plugins.AiPromptGuard;
using Sluice.Gateway.Plugins.AiPromptTemplate;
using Sluice.Gateway.Plugins.AiProxy;
using Sluice.Gateway.Plugins.AiProxyAdvanced;
using Sluice.Gateway.Plugins.AiRateLimitingAdvanced;
using Sluice.Gateway.Plugins.AiRequestTransformer;
using Sluice.Gateway.Plugins.AiResponseTransformer;
using Sluice.Gateway.Plugins.AwsLambda;
using Sluice.Gateway.Plugins.AzureFunctions;
using Sluice.Gateway.Plugins.BasicAuth;
using Sluice.Gateway.Plugins.BotDetection;
using Sluice.Gateway.Plugins.Canary;
using Sluice.Gateway.Plugins.Compression;
using Sluice.Gateway.Plugins.CorrelationId;
using Sluice.Gateway.Plugins.Cors;
using Sluice.Gateway.Plugins.Csrf;
using Sluice.Gateway.Plugins.Datadog;
using Sluice.Gateway.Plugins.DeGraphQl;
using Sluice.Gateway.Plugins.ExternalAuth;
using Sluice.Gateway.Plugins.FaultInjection;
using Sluice.Gateway.Plugins.FileLog;
using Sluice.Gateway.Plugins.GraphQl;
using Sluice.Gateway.Plugins.GrpcGateway;
using Sluice.Gateway.Plugins.GrpcWeb;
using Sluice.Gateway.Plugins.Hedge;
using Sluice.Gateway.Plugins.HmacAuth;
using Sluice.Gateway.Plugins.HttpCache;
using Sluice.Gateway.Plugins.HttpLog;
using Sluice.Gateway.Plugins.IpRestriction;
using Sluice.Gateway.Plugins.JsonThreatProtection;
using Sluice.Gateway.Plugins.Jwt;
using Sluice.Gateway.Plugins.JwtSigner;
using Sluice.Gateway.Plugins.KeyAuth;
using Sluice.Gateway.Plugins.LdapAuth;
using Sluice.Gateway.Plugins.Loggly;
using Sluice.Gateway.Plugins.Mirror;
using Sluice.Gateway.Plugins.Mocking;
using Sluice.Gateway.Plugins.MtlsAuth;
using Sluice.Gateway.Plugins.OAuth2;
using Sluice.Gateway.Plugins.OAuth2Introspection;
using Sluice.Gateway.Plugins.OasValidation;
using Sluice.Gateway.Plugins.Opa;
using Sluice.Gateway.Plugins.OpenIdConnect;
using Sluice.Gateway.Plugins.OpenTelemetry;
using Sluice.Gateway.Plugins.PostFunction;
using Sluice.Gateway.Plugins.PreFunction;
using Sluice.Gateway.Plugins.Prometheus;
using Sluice.Gateway.Plugins.ProxyCache;
using Sluice.Gateway.Plugins.RateLimiting;
using Sluice.Gateway.Plugins.RateLimitingAdvanced;
using Sluice.Gateway.Plugins.Rbac;
using Sluice.Gateway.Plugins.Redirect;
using Sluice.Gateway.Plugins.RequestSizeLimiting;
using Sluice.Gateway.Plugins.RequestTermination;
using Sluice.Gateway.Plugins.RequestTransformer;
using Sluice.Gateway.Plugins.RequestValidator;
using Sluice.Gateway.Plugins.ResponseRateLimiting;
using Sluice.Gateway.Plugins.ResponseTransformer;
using Sluice.Gateway.Plugins.Retry;
using Sluice.Gateway.Plugins.SecurityHeaders;
using Sluice.Gateway.Plugins.Session;
using Sluice.Gateway.Plugins.StandardWebhooks;
using Sluice.Gateway.Plugins.Statsd;
using Sluice.Gateway.Plugins.Syslog;
using Sluice.Gateway.Plugins.TcpLog;
using Sluice.Gateway.Plugins.TrafficSplit;
using Sluice.Gateway.Plugins.UdpLog;
using Sluice.Gateway.Plugins.Usage;
using Sluice.Gateway.Plugins.Waf;
using Sluice.Gateway.Plugins.XmlThreatProtection;
using Sluice.Gateway.Plugins.Zipkin;

namespace Sluice.Gateway.Pipeline;

/// <summary>
/// Every plugin that there is, in running order, which is Kong's order. A new plugin is one folder under Plugins/ and one line here; those of the plugin
/// folder come in between.
/// </summary>
public static class PluginCatalog
{
    /// <summary>The plugins of the program itself, in running order.</summary>
    public static IReadOnlyList<PluginDescriptor> BuiltIn { get; } =
    [
        PreFunctionPlugin.Descriptor,
        CorrelationIdPlugin.Descriptor,
        ZipkinPlugin.Descriptor,
        BotDetectionPlugin.Descriptor,
        WafPlugin.Descriptor,
        CorsPlugin.Descriptor,
        SecurityHeadersPlugin.Descriptor,
        SessionPlugin.Descriptor,
        AcmePlugin.Descriptor,
        OAuth2IntrospectionPlugin.Descriptor,
        MtlsAuthPlugin.Descriptor,
        OAuth2Plugin.Descriptor,
        JwtPlugin.Descriptor,
        KeyAuthPlugin.Descriptor,
        LdapAuthPlugin.Descriptor,
        BasicAuthPlugin.Descriptor,
        OpenIdConnectPlugin.Descriptor,
        HmacAuthPlugin.Descriptor,
        JwtSignerPlugin.Descriptor,
        JsonThreatProtectionPlugin.Descriptor,
        RequestValidatorPlugin.Descriptor,
        XmlThreatProtectionPlugin.Descriptor,
        GrpcGatewayPlugin.Descriptor,
        IpRestrictionPlugin.Descriptor,
        RequestSizeLimitingPlugin.Descriptor,
        AclPlugin.Descriptor,
        RbacPlugin.Descriptor,
        OpaPlugin.Descriptor,
        ExternalAuthPlugin.Descriptor,
        RateLimitingPlugin.Descriptor,
        RateLimitingAdvancedPlugin.Descriptor,
        AiRateLimitingAdvancedPlugin.Descriptor,
        GraphQlPlugin.Descriptor,
        ResponseRateLimitingPlugin.Descriptor,
        AdaptiveConcurrencyPlugin.Descriptor,
        OasValidationPlugin.Descriptor,
        RequestTransformerPlugin.Descriptor,
        ResponseTransformerPlugin.Descriptor,
        RedirectPlugin.Descriptor,
        AiRequestTransformerPlugin.Descriptor,
        AiPromptTemplatePlugin.Descriptor,
        AiPromptDecoratorPlugin.Descriptor,
        AiPromptGuardPlugin.Descriptor,
        AiProxyPlugin.Descriptor,
        AiProxyAdvancedPlugin.Descriptor,
        AiResponseTransformerPlugin.Descriptor,
        DeGraphQlPlugin.Descriptor,
        StandardWebhooksPlugin.Descriptor,
        AwsLambdaPlugin.Descriptor,
        AzureFunctionsPlugin.Descriptor,
        ProxyCachePlugin.Descriptor,
        HttpCachePlugin.Descriptor,
        CsrfPlugin.Descriptor,
        CompressionPlugin.Descriptor,
        CanaryPlugin.Descriptor,
        TrafficSplitPlugin.Descriptor,
        FaultInjectionPlugin.Descriptor,
        RetryPlugin.Descriptor,
        HedgePlugin.Descriptor,
        MirrorPlugin.Descriptor,
        OpenTelemetryPlugin.Descriptor,
        PrometheusPlugin.Descriptor,
        UsagePlugin.Descriptor,
        HttpLogPlugin.Descriptor,
        StatsdPlugin.Descriptor,
        DatadogPlugin.Descriptor,
        FileLogPlugin.Descriptor,
        UdpLogPlugin.Descriptor,
        TcpLogPlugin.Descriptor,
        LogglyPlugin.Descriptor,
        SyslogPlugin.Descriptor,
        GrpcWebPlugin.Descriptor,
        RequestTerminationPlugin.Descriptor,
        MockingPlugin.Descriptor,
        PostFunctionPlugin.Descriptor,
    ];

    private static volatile Table current = new(BuiltIn);

    /// <summary>In running order.</summary>
    public static IReadOnlyList<PluginDescriptor> All => current.InOrder;

    /// <summary>The descriptor of <paramref name="name"/>, or null when there is no such plugin.</summary>
    public static PluginDescriptor? Find(string name) => current.ByName.GetValueOrDefault(name);

    /// <summary>The place of <paramref name="name"/> in the running order; -1 when there is no such plugin.</summary>
    public static int OrderOf(string name) => current.Order.GetValueOrDefault(name, -1);

    /// <summary>
    /// Makes <paramref name="own"/>, whose names are checked, all the plugins that there are besides the built-in ones. Snapshots that were built before
    /// keep theirs.
    /// </summary>
    public static void Use(IReadOnlyList<PluginDescriptor> own) => current = new Table(Arrange(own));

    /// <summary>Built-in plugins keep their order; each other stands where it says, or behind all.</summary>
    internal static IReadOnlyList<PluginDescriptor> Arrange(IReadOnlyList<PluginDescriptor> own)
    {
        var order = new List<PluginDescriptor>(BuiltIn);
        foreach (var plugin in own)
        {
            var after = order.FindIndex(p => p.Name == plugin.RunsAfter);
            var before = order.FindIndex(p => p.Name == plugin.RunsBefore);
            order.Insert(after >= 0 ? after + 1 : before >= 0 ? before : order.Count, plugin);
        }

        return order;
    }

    private sealed class Table(IReadOnlyList<PluginDescriptor> all)
    {
        public IReadOnlyList<PluginDescriptor> InOrder { get; } = all;

        public Dictionary<string, PluginDescriptor> ByName { get; } = all.ToDictionary(d => d.Name, StringComparer.Ordinal);

        public Dictionary<string, int> Order { get; } = all.Index().ToDictionary(d => d.Item.Name, d => d.Index, StringComparer.Ordinal);
    }
}

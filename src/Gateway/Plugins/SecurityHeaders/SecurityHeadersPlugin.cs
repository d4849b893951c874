using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.SecurityHeaders;

/// <summary>Adds the response fields by which browsers guard their users, and takes out those that tell what servers run.</summary>
internal sealed class SecurityHeadersPlugin : Plugin
{
    private readonly SecurityHeadersConfig config;
    private readonly KeyValuePair<string, StringValues>[] fields;
    private readonly StringValues hsts;
    private readonly bool hidesServer;

    public SecurityHeadersPlugin(SecurityHeadersConfig config)
    {
        this.config = config;
        fields =
        [
            .. new (string Name, string? Value)[]
            {
                ("Content-Security-Policy", config.ContentSecurityPolicy),
                ("Content-Security-Policy-Report-Only", config.ContentSecurityPolicyReportOnly),
                ("X-Frame-Options", config.XFrameOptions is "off" ? null : config.XFrameOptions),
                ("X-Content-Type-Options", config.XContentTypeOptions ? "nosniff" : null),
                ("Referrer-Policy", config.ReferrerPolicy is "off" ? null : config.ReferrerPolicy),
                ("Permissions-Policy", config.PermissionsPolicy),
                ("Cross-Origin-Opener-Policy", config.CrossOriginOpenerPolicy),
                ("Cross-Origin-Embedder-Policy", config.CrossOriginEmbedderPolicy),
                ("Cross-Origin-Resource-Policy", config.CrossOriginResourcePolicy),
            }.Where(f => f.Value is not null).Select(f => new KeyValuePair<string, StringValues>(f.Name, FieldText.Of(f.Value!))),
        ];
        hsts = string.Create(
            CultureInfo.InvariantCulture,
            $"max-age={config.HstsMaxAge}{(config.HstsIncludeSubdomains ? "; includeSubDomains" : "")}{(config.HstsPreload ? "; preload" : "")}");
        hidesServer = config.Remove.Contains("Server", StringComparer.OrdinalIgnoreCase);
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<SecurityHeadersPlugin, SecurityHeadersConfig>((c, _) => new SecurityHeadersPlugin(c))
    {
        Name = "security-headers",
        Summary = "Adds the response fields by which browsers guard their users.",
    };

    public override void Respond(Exchange exchange)
    {
        var headers = exchange.Response.Headers;
        foreach (var name in config.Remove) headers.Remove(name);
        if (hidesServer) exchange.HidesServer = true;
        foreach (var (name, value) in fields) Set(headers, name, value);

        // RFC 6797 section 7.2: never over a connection that anybody on the way could have changed.
        if (config.Hsts && exchange.ForwardedScheme is "https") Set(headers, "Strict-Transport-Security", hsts);
    }

    private void Set(IHeaderDictionary headers, string name, StringValues value)
    {
        if (config.Overwrite || !headers.ContainsKey(name)) headers[name] = value;
    }
}

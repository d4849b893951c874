using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Cors;

/// <summary>Answers preflights and tells browsers which origins may call.</summary>
internal sealed class CorsPlugin : Plugin
{
    public static readonly PluginDescriptor Descriptor = new PluginDescriptor<CorsPlugin, CorsConfig>((config, _) => new(config))
    {
        Name = "cors",
        Summary = "Tells browsers which pages of other origins may call.",
        ConsumerScope = false,
    };

    private static readonly PluginSlot<CorsPlugin> Preflight = new();

    private readonly CorsConfig config;
    private readonly bool anyOrigin;
    private readonly bool anyAmongOthers;
    private readonly string? onlyOrigin;
    private readonly OriginRule[] rules;
    private readonly string methods;
    private readonly string? headers;
    private readonly string? exposedHeaders;
    private readonly string? maxAge;

    public CorsPlugin(CorsConfig config)
    {
        this.config = config;
        var origins = config.Origins ?? [];
        anyOrigin = origins.Count == 0 || origins is ["*"];
        anyAmongOthers = origins.Contains("*");
        onlyOrigin = origins is [var only] && only.Length > 0 && OriginRule.IsPlain(only) ? only : null;
        rules = anyAmongOthers ? [] : [.. origins.Select(o => new OriginRule(o))];
        methods = string.Join(',', config.Methods);
        headers = config.Headers is { Count: > 0 } ? string.Join(',', config.Headers) : null;
        exposedHeaders = config.ExposedHeaders is { Count: > 0 } ? string.Join(',', config.ExposedHeaders) : null;
        maxAge = config.MaxAge?.ToString("G14", CultureInfo.InvariantCulture);
    }

    public override ValueTask<Verdict> AcceptAsync(Exchange exchange)
    {
        var request = exchange.Request.Headers;
        if (!HttpMethods.IsOptions(exchange.Request.Method) || request.Origin.Count == 0 || request.AccessControlRequestMethod.Count == 0)
            return Verdict.Continue;

        // Either the upstream answers the preflight, or all fields are in the answer made here.
        Preflight.Set(exchange, this);
        return config.PreflightContinue ? Verdict.Continue : Verdict.Stop(AnswerPreflight(request));
    }

    public override void Respond(Exchange exchange)
    {
        if (Preflight.Get(exchange) is not null) return;
        var origin = First(exchange.Request.Headers.Origin);
        if (origin is null && !config.AllowOriginAbsent) return;
        var response = exchange.Response.Headers;
        var allowed = Decide(origin);
        if (allowed.Varies)
        {
            // Kong writes the line twice where `*` stands among other origins.
            response.Append("Vary", "Origin");
            if (anyAmongOthers && !anyOrigin && allowed.Echoed) response.Append("Vary", "Origin");
        }

        if (allowed.Origin is null) response.Remove("Access-Control-Allow-Origin");
        else response.AccessControlAllowOrigin = allowed.Origin;
        if (allowed.Credentials) response.AccessControlAllowCredentials = "true";
        if (exposedHeaders is not null) response.AccessControlExposeHeaders = exposedHeaders;
    }

    private Answer AnswerPreflight(IHeaderDictionary request)
    {
        var fields = new List<KeyValuePair<string, StringValues>>(7);
        var allowed = Decide(First(request.Origin));
        if (allowed.Varies) fields.Add(new("Vary", "Origin"));
        if (allowed.Origin is not null) fields.Add(new("Access-Control-Allow-Origin", allowed.Origin));
        if (allowed.Credentials) fields.Add(new("Access-Control-Allow-Credentials", "true"));
        if ((headers ?? First(request.AccessControlRequestHeaders)) is { } names) fields.Add(new("Access-Control-Allow-Headers", names));
        fields.Add(new("Access-Control-Allow-Methods", methods));
        if (maxAge is not null) fields.Add(new("Access-Control-Max-Age", maxAge));
        if (config.PrivateNetwork && request["Access-Control-Request-Private-Network"] == "true")
            fields.Add(new("Access-Control-Allow-Private-Network", "true"));
        return new Answer { Status = 200, Headers = fields };
    }

    /// <summary>What the browser is told about <paramref name="origin"/>.</summary>
    private Allowed Decide(string? origin)
    {
        if (anyOrigin || (anyAmongOthers && origin is not null))
        {
            // A browser refuses credentials for `*`, so that the caller's own origin is named.
            return config.Credentials && origin is not null
                ? new Allowed(origin, Varies: true, Credentials: true, Echoed: true)
                : new Allowed("*", Varies: !anyOrigin, Credentials: false, Echoed: false);
        }

        return new Allowed(onlyOrigin ?? Match(origin), Varies: true, config.Credentials, Echoed: false);
    }

    private string? Match(string? written)
    {
        if (written is null) return null;
        var origin = Origin.Parse(written);
        foreach (var rule in rules)
            if (rule.Allows(origin)) return origin.Text;
        return null;
    }

    private static string? First(StringValues values) => values.Count == 0 ? null : values[0];

    private readonly record struct Allowed(string? Origin, bool Varies, bool Credentials, bool Echoed);
}

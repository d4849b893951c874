using System.Globalization;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authorization;
using Sluice.Gateway.Plugins.Waf.Requests;
using Sluice.Gateway.Plugins.Waf.Rules;

namespace Sluice.Gateway.Plugins.Waf;

/// <summary>Has rules in ModSecurity's language judge requests.</summary>
internal sealed partial class WafPlugin : Plugin
{
    private const int MaxTold = 20;
    private const int MaxLogged = 200;

    private readonly WafConfig config;
    private readonly RuleSet rules;
    private readonly ILogger log;
    private readonly KeyValuePair<string, string>[] variables;
    private readonly DecisionCount allowed;
    private readonly DecisionCount denied;
    private readonly DecisionCount failed;

    public WafPlugin(WafConfig config, PluginSetup setup)
    {
        this.config = config;
        rules = config.RuleSet();
        log = setup.Log;
        var decisions = GuardDecisions.For(setup);
        allowed = decisions.Of("waf", "allowed");
        denied = decisions.Of("waf", config.Mode is "count" ? "would_deny" : "denied");
        failed = decisions.Of("waf", "failed");

        // Both of the names that versions 3 and 4 of the rule set have for it.
        var level = config.ParanoiaLevel?.ToString(CultureInfo.InvariantCulture);
        var given = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["paranoia_level"] = level,
            ["executing_paranoia_level"] = level,
            ["blocking_paranoia_level"] = level,
            ["detection_paranoia_level"] = level,
            ["inbound_anomaly_score_threshold"] = config.InboundAnomalyThreshold?.ToString(CultureInfo.InvariantCulture),
        };
        foreach (var (name, value) in config.Variables) given[name] = value;
        variables = [.. given.Where(v => v.Value is not null).Select(v => new KeyValuePair<string, string>(v.Key, v.Value!))];
        foreach (var left in rules.LeftOut.Take(MaxTold)) LogLeftOut(log, left.Place, left.Message);
        if (rules.LeftOut.Count > MaxTold) LogMore(log, rules.LeftOut.Count - MaxTold);
        LogCount(log, rules.Count, rules.LeftOut.Count);
        if (rules.Remembering > 0) LogRemembering(log, rules.Remembering);
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<WafPlugin, WafConfig>((c, s) => new WafPlugin(c, s))
    {
        Name = "waf",
        Summary = "Judges requests by rules in ModSecurity's language, such as the OWASP Core Rule Set.",
        ConsumerScope = false,
    };

    public override async ValueTask<Verdict> AcceptAsync(Exchange exchange)
    {
        var view = new RequestView(exchange, config.MaxArguments);
        var transaction = new Transaction(rules, view, TimeSpan.FromMilliseconds(config.Timeout));
        foreach (var (name, value) in variables) transaction.SetVariable(name, value);

        // Milliseconds of patterns are not for an event loop.
        var refusing = await Task.Run(() => transaction.Run(1));
        await BackAsync(exchange);
        if (refusing is null && !transaction.RanOut && rules.Phases[1].Length > 0)
        {
            var body = await exchange.ReadRequestBodyAsync(config.MaxBody);
            await BackAsync(exchange);
            if (body is null && config.BodyOverLimit is "refuse" && config.Mode is "block") return GatewayErrors.PayloadTooLarge.Answer;
            refusing = await Task.Run(() =>
            {
                if (body is not null) view.AddBody(body);
                return transaction.Run(2);
            });
            await BackAsync(exchange);
        }

        return Conclude(exchange, transaction, view, refusing);
    }

    private Verdict Conclude(Exchange exchange, Transaction transaction, RequestView view, Rule? refusing)
    {
        foreach (var match in transaction.Matches)
            LogMatch(log, exchange.RequestId, match.Rule.Id, match.Rule.Place, Short(match.Message), Short(match.Variable), Short(match.Data));
        var ranOut = refusing is null && (transaction.RanOut || view.HasTooMany);
        if (ranOut)
        {
            failed.Add();
            LogRanOut(log, exchange.RequestId, config.OnTimeout);
        }

        if (refusing is null && !(ranOut && (view.HasTooMany || config.OnTimeout is "refuse")))
        {
            allowed.Add();
            return default;
        }

        denied.Add();
        if (config.Mode is "count" || transaction.OnlyCounts)
        {
            LogWouldRefuse(log, exchange.RequestId, refusing?.Id ?? 0);
            return default;
        }

        return new GatewayError(refusing?.Status ?? config.StatusCode, "REQUEST_REFUSED", config.Message, Fault.Client).Answer;
    }

    private static async ValueTask BackAsync(Exchange exchange)
    {
        if (exchange.Loop is { } loop) await loop.SwitchTo();
    }

    /// <summary>What an attacker sent must not become lines of a log.</summary>
    private static string Short(string text) => string.Concat(text.Take(MaxLogged).Select(c => char.IsControl(c) ? '?' : c));

    [LoggerMessage(Level = LogLevel.Warning, Message = "waf: {Place}: {Reason}; the rule is left out")]
    private static partial void LogLeftOut(ILogger log, string place, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "waf: and {Count} more rules are left out")]
    private static partial void LogMore(ILogger log, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "waf: {Count} rules keep something beyond a request (initcol, IP, SESSION ...); here it lasts for the request only")]
    private static partial void LogRemembering(ILogger log, int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "waf: {Count} rules read, {LeftOut} left out")]
    private static partial void LogCount(ILogger log, int count, int leftOut);

    [LoggerMessage(Level = LogLevel.Warning, Message = "waf: request {RequestId} matched rule {Rule} ({Place}): {Text} in {Variable}: {Data}")]
    private static partial void LogMatch(ILogger log, string requestId, long rule, string place, string text, string variable, string data);

    [LoggerMessage(Level = LogLevel.Warning, Message = "waf (counting): request {RequestId} would be refused by rule {Rule}")]
    private static partial void LogWouldRefuse(ILogger log, string requestId, long rule);

    [LoggerMessage(Level = LogLevel.Warning, Message = "waf: request {RequestId} could not be judged within the limits: {Consequence}")]
    private static partial void LogRanOut(ILogger log, string requestId, string consequence);
}

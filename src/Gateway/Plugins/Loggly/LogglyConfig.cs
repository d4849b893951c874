using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;
using Sluice.Gateway.Plugins.Logging;

namespace Sluice.Gateway.Plugins.Loggly;

/// <summary>What is sent to Loggly, and as what.</summary>
internal sealed record LogglyConfig
{
    /// <summary>The name or address of the server.</summary>
    [Host]
    public string Host { get; init; } = "logs-01.loggly.com";

    [Between(0, 65535)]
    public int Port { get; init; } = 514;

    /// <summary>The customer token.</summary>
    [Required, Secret]
    public string Key { get; init; } = "";

    /// <summary>Tags of every entry.</summary>
    [Unique]
    public IReadOnlyList<string> Tags { get; init; } = ["kong"];

    /// <summary>Requests of a lower severity are not sent.</summary>
    [OneOf(Severity.Debug, Severity.Info, Severity.Notice, Severity.Warning, Severity.Err, Severity.Crit, Severity.Alert, Severity.Emerg)]
    public string LogLevel { get; init; } = Severity.Info;

    /// <summary>The severity of statuses below 400.</summary>
    [OneOf(Severity.Debug, Severity.Info, Severity.Notice, Severity.Warning, Severity.Err, Severity.Crit, Severity.Alert, Severity.Emerg)]
    public string SuccessfulSeverity { get; init; } = Severity.Info;

    /// <summary>The severity of statuses from 400 to 499.</summary>
    [OneOf(Severity.Debug, Severity.Info, Severity.Notice, Severity.Warning, Severity.Err, Severity.Crit, Severity.Alert, Severity.Emerg)]
    public string ClientErrorsSeverity { get; init; } = Severity.Info;

    /// <summary>The severity of statuses from 500.</summary>
    [OneOf(Severity.Debug, Severity.Info, Severity.Notice, Severity.Warning, Severity.Err, Severity.Crit, Severity.Alert, Severity.Emerg)]
    public string ServerErrorsSeverity { get; init; } = Severity.Info;

    [NoEffect("sending a datagram waits for nobody")]
    public double Timeout { get; init; } = 10000;

    /// <summary>Fields to set or take out, as Lua code; see the page for what is supported.</summary>
    [CustomField]
    public IReadOnlyDictionary<string, string>? CustomFieldsByLua { get; init; }
}

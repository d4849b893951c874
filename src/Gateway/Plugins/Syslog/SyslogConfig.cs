using Sluice.Foundation.Schema;
using Sluice.Gateway.Plugins.Logging;

namespace Sluice.Gateway.Plugins.Syslog;

/// <summary>What is written to the system's log, and as what.</summary>
internal sealed record SyslogConfig
{
    /// <summary>Requests of a lower severity are not written.</summary>
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

    /// <summary>Fields to set or take out, as Lua code; see the page for what is supported.</summary>
    [CustomField]
    public IReadOnlyDictionary<string, string>? CustomFieldsByLua { get; init; }

    /// <summary>The part of the system that entries are said to come from.</summary>
    [OneOf("auth", "authpriv", "cron", "daemon", "ftp", "kern", "lpr", "mail", "news", "syslog", "user", "uucp",
        "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7")]
    public string Facility { get; init; } = "user";
}

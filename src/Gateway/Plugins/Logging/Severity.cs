using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Logging;

/// <summary>The severities of syslog (RFC 5424, table 2), and which of them an exchange's status has.</summary>
internal sealed class Severity
{
    public const string Debug = "debug";
    public const string Info = "info";
    public const string Notice = "notice";
    public const string Warning = "warning";
    public const string Err = "err";
    public const string Crit = "crit";
    public const string Alert = "alert";
    public const string Emerg = "emerg";

    private static readonly string[] Names = [Emerg, Alert, Crit, Err, Warning, Notice, Info, Debug];

    private readonly int level;
    private readonly int successful;
    private readonly int clientErrors;
    private readonly int serverErrors;

    /// <param name="level">What is less severe is not logged.</param>
    /// <param name="successful">Of statuses below 400.</param>
    /// <param name="clientErrors">Of statuses below 500.</param>
    /// <param name="serverErrors">Of all others.</param>
    public Severity(string level, string successful, string clientErrors, string serverErrors)
    {
        this.level = NumberOf(level);
        this.successful = NumberOf(successful);
        this.clientErrors = NumberOf(clientErrors);
        this.serverErrors = NumberOf(serverErrors);
    }

    /// <summary>0 (emerg) to 7 (debug); null when the exchange is not logged.</summary>
    public int? Of(Exchange exchange)
    {
        var severity = exchange.Response.StatusCode switch { >= 500 => serverErrors, >= 400 => clientErrors, _ => successful };
        return severity <= level ? severity : null;
    }

    private static int NumberOf(string name) => Array.IndexOf(Names, name);
}

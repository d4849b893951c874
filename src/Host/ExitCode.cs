namespace Sluice.Host;

/// <summary>How <c>sluice</c> ends. Part of its interface: scripts rely on the numbers.</summary>
internal static class ExitCode
{
    /// <summary>Done; for <c>run</c>, ended in an orderly way.</summary>
    public const int Ok = 0;

    /// <summary>The configuration has problems, or cannot be read.</summary>
    public const int ConfigurationProblems = 1;

    /// <summary>The command line, a SLUICE_ or KONG_ variable or kong.conf makes no sense.</summary>
    public const int Usage = 2;

    /// <summary>An address cannot be listened on: in use, not permitted, not of this machine.</summary>
    public const int CannotListen = 3;

    /// <summary><c>explain</c>: no route matches the request.</summary>
    public const int NoRoute = 4;

    /// <summary>A running gateway could not be asked, or refused.</summary>
    public const int Refused = 5;

    /// <summary><c>workflow run</c>: the run failed, or waits for a call.</summary>
    public const int RunFailed = 6;

    /// <summary>A bug in Sluice, or the machine gave out.</summary>
    public const int Failed = 70;

    /// <summary>Ended by a second SIGTERM or SIGINT before all requests were finished.</summary>
    public const int Interrupted = 130;
}

using System.Runtime.InteropServices;

namespace Sluice.Host.Running;

/// <summary>SIGTERM, SIGINT and SIGQUIT ask for an orderly end, and for an immediate one the second time; SIGHUP asks for a reload.</summary>
internal sealed class ShutdownSignals : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly List<PosixSignalRegistration> registrations = [];

    public ShutdownSignals(Action reload)
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT])
            registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                if (stop.IsCancellationRequested) Environment.Exit(ExitCode.Interrupted);
                stop.Cancel();
            }));
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            reload();
        }));
    }

    /// <summary>Cancelled by the first signal to end.</summary>
    public CancellationToken Stopping => stop.Token;

    public void Dispose()
    {
        registrations.ForEach(r => r.Dispose());
        stop.Dispose();
    }
}

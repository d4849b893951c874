namespace Sluice.Gateway.Transport.Linux;

/// <summary>
/// How many file descriptors this process may have. Some are kept back: the runtime itself aborts when it can open none (it maps code
/// through one), so that a flood of clients must not take the last.
/// </summary>
internal static unsafe class Descriptors
{
    private static readonly int Limit = ReadLimit();

    /// <summary>Descriptors are numbered from the lowest free one: one as high as this says that accepting has to pause.</summary>
    private static readonly int ClientsBelow = Limit - Math.Clamp(Limit / 8, 32, 256);

    /// <summary>Upstream connections may use part of what clients may not: those who are connected are to be served.</summary>
    private static readonly int UpstreamsBelow = Limit - Math.Clamp(Limit / 16, 16, 128);

    public static bool IsLastForClients(int handle) => handle >= ClientsBelow;

    public static bool IsTooHighForUpstreams(int handle) => handle >= UpstreamsBelow;

    /// <summary>True when a client's connection would find a descriptor now. Asks the kernel by making one from <paramref name="any"/>.</summary>
    public static bool AreLeftForClients(int any)
    {
        var probe = Libc.Duplicate(any);
        if (probe < 0)
            return false;
        _ = Libc.Close(probe);
        return !IsLastForClients(probe);
    }

    private static int ReadLimit()
    {
        const int OpenFiles = 7;
        var limit = stackalloc ulong[2];
        return Libc.GetResourceLimit(OpenFiles, limit) == 0 ? (int)Math.Min(limit[0], int.MaxValue) : int.MaxValue;
    }
}

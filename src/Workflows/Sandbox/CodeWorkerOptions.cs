namespace Sluice.Workflows.Sandbox;

/// <summary>How code is run.</summary>
public sealed class CodeWorkerOptions
{
    /// <summary>The program whose last argument makes it a worker; null for the running program itself with <c>code-worker</c>.</summary>
    public string? Program { get; init; }

    /// <summary>What the program is given.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = ["code-worker"];

    /// <summary>How many pieces of code run at a time; the others wait for their turn.</summary>
    public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount, 2, 16);

    /// <summary>How long one execution of a node may take; its worker is killed then.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Bytes of data that code may hold at a time.</summary>
    public long MemoryLimit { get; init; } = 256L << 20;

    /// <summary>How long a worker that nobody needs stays.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromMinutes(5);
}

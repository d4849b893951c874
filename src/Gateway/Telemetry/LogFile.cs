using System.Buffers;
using Microsoft.Extensions.Logging;

namespace Sluice.Gateway.Telemetry;

/// <summary>
/// Appends lines to a file from a thread of its own. Whoever adds a line copies it into memory and goes on; the lines of a tenth of a second
/// are written together. When the disk does not keep up, lines are dropped and counted, and the log says so the first time.
/// <c>/dev/stdout</c> and <c>/dev/stderr</c> are the process's own streams, which cannot always be opened by those names.
/// </summary>
internal sealed partial class LogFile : IDisposable, IMetricsSource
{
    private const int MaxPending = 16 * 1024 * 1024;
    private const int WorthWriting = 256 * 1024;
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(5);

    private readonly string path;
    private readonly bool reopen;
    private readonly ILogger log;
    private readonly Thread thread;
    private readonly object gate = new();
    private ArrayBufferWriter<byte> pending = new();
    private ArrayBufferWriter<byte> writing = new();
    private Stream? file;
    private long dropped;
    private long overflowed;
    private bool toldOfOverflow;
    private bool failing;
    private bool closed;

    public LogFile(string path, bool reopen, ILogger log)
    {
        this.path = path;
        this.reopen = reopen && !IsStandardStream;
        this.log = log;
        thread = new Thread(Run) { IsBackground = true, Name = "log " + path };
        thread.Start();
    }

    /// <summary>Lines dropped because too many were waiting or the file could not be written.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    public void Add(ReadOnlySpan<byte> line)
    {
        lock (gate)
        {
            if (closed || pending.WrittenCount + line.Length > MaxPending)
            {
                Interlocked.Increment(ref dropped);
                Interlocked.Increment(ref overflowed);
                return;
            }

            var first = pending.WrittenCount == 0;
            pending.Write(line);
            pending.Write("\n"u8);
            if (first || pending.WrittenCount >= WorthWriting) Monitor.Pulse(gate);
        }
    }

    /// <inheritdoc/>
    public void WriteTo(PrometheusText text, Snapshot.GatewayRuntime runtime) => LogDrops.Write(text, path, Dropped);

    /// <summary>Writes what is waiting and closes the file.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
            Monitor.Pulse(gate);
        }

        if (Thread.CurrentThread != thread) thread.Join(ClosingTime);
    }

    private void Run()
    {
        while (Take())
        {
            try
            {
                Write(writing.WrittenSpan);
                failing = false;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
            {
                Interlocked.Add(ref dropped, writing.WrittenSpan.Count((byte)'\n'));
                if (!failing) LogFailure(log, e, path);
                failing = true;
                Close();
            }

            writing.ResetWrittenCount();
            if (!toldOfOverflow && Interlocked.Read(ref overflowed) > 0)
            {
                toldOfOverflow = true;
                LogOverflow(log, path);
            }
        }

        Close();
    }

    /// <summary>Waits for lines and a little longer, and takes them; false when there will be no more.</summary>
    private bool Take()
    {
        lock (gate)
        {
            while (pending.WrittenCount == 0)
            {
                if (closed) return false;
                Monitor.Wait(gate);
            }

            if (!closed && pending.WrittenCount < WorthWriting) Monitor.Wait(gate, Linger);
            (pending, writing) = (writing, pending);
            return true;
        }
    }

    private void Write(ReadOnlySpan<byte> lines)
    {
        file ??= Open();

        // Somebody else may have cut the file off or appended to it.
        if (file.CanSeek) file.Seek(0, SeekOrigin.End);
        file.Write(lines);
        if (reopen) Close();
    }

    private bool IsStandardStream => path is "/dev/stdout" or "/dev/stderr";

    private Stream Open() => path switch
    {
        "/dev/stdout" => Console.OpenStandardOutput(),
        "/dev/stderr" => Console.OpenStandardError(),
        _ => new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        }),
    };

    private void Close()
    {
        file?.Dispose();
        file = null;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Path} cannot be written; its lines are dropped until it can")]
    private static partial void LogFailure(ILogger log, Exception e, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} is written more slowly than lines come; some are dropped, and counted in /metrics")]
    private static partial void LogOverflow(ILogger log, string path);
}

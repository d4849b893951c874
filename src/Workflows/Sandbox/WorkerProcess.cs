using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;

namespace Sluice.Workflows.Sandbox;

/// <summary>The gateway's end of one worker. Nothing that it says is trusted: what is not a frame that may come now ends it.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Stream _input;
    private readonly Stream _output;
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private int _ended;

    private WorkerProcess(Process process)
    {
        _process = process;
        Id = process.Id;
        _input = process.StandardInput.BaseStream;
        _output = process.StandardOutput.BaseStream;
    }

    public int Id { get; }

    public bool HasExited => _ended != 0 || _process.HasExited;

    /// <summary>Starts a worker and waits until it is locked.</summary>
    /// <exception cref="NodeException">It cannot be started or locked.</exception>
    public static async ValueTask<WorkerProcess> StartAsync(CodeWorkerOptions options, TimeProvider time, CancellationToken cancel)
    {
        WorkerProcess worker;
        try
        {
            worker = new WorkerProcess(Process.Start(StartInfo(options))!);
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            throw new NodeException($"the process that runs code cannot be started: {e.Message}", e);
        }

        // What it may have to say there is for nobody: a runtime that gives up writes pages.
        worker._process.ErrorDataReceived += static (_, _) => { };
        worker._process.BeginErrorReadLine();
        try
        {
            var (kind, content) = await worker.ReceiveAsync(StartLimit, time, cancel);
            if (kind == Frames.Ready) return worker;
            throw new NodeException(kind == Frames.Unlocked ? $"code is not run, because its process cannot be locked: {content}" : "the process that runs code does not speak as it should");
        }
        catch (Exception e)
        {
            await worker.DisposeAsync();
            if (e is NodeException or OperationCanceledException) throw;
            throw new NodeException($"the process that runs code did not start: {e.Message}", e);
        }
    }

    /// <exception cref="NodeException">It did not survive the code, or took too long.</exception>
    public async ValueTask<JsObject> RunAsync(CodeCall call, TimeSpan limit, TimeProvider time, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timeout.Token);

        // A read of a pipe ends when the process does, and only then for certain.
        await using var killing = either.Token.UnsafeRegister(static worker => ((WorkerProcess)worker!).Kill(), this);
        try
        {
            await SendAsync(Frames.Run, call.Request());
            while (true)
            {
                var (kind, content) = await ReceiveAsync();
                if (kind is not (Frames.Done or Frames.Question) || content.AsObject is not { } said) throw new InvalidDataException("the worker does not speak as it should");
                if (kind == Frames.Done) return said;
                await SendAsync(Frames.Answer, await call.AnswerAsync(said, either.Token));
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or JsonException or ObjectDisposedException)
        {
            Kill();
            cancel.ThrowIfCancellationRequested();
            if (timeout.IsCancellationRequested) throw new NodeException($"the code took longer than {limit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} seconds", e) { Retryable = false };
            throw new NodeException(e is InvalidDataException ? e.Message : "the process that ran the code ended: it took more memory or time than it may, or was killed", e) { Retryable = false };
        }
    }

    /// <summary>Ends it at once.</summary>
    public void Kill()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0) return;
        try
        {
            _process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended already.
        }
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5), TimeProvider.System);
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            // The kernel ends it when it can.
        }

        _process.Dispose();
    }

    /// <summary>Whether this process was started with the runtime set as a worker needs it.</summary>
    public static bool IsWorkerEnvironment => Environment.GetEnvironmentVariable("DOTNET_EnableWriteXorExecute") is "0";

    /// <summary>Starts a worker that only tries what it must not be able to do, and passes on what it says.</summary>
    /// <returns>Its exit code.</returns>
    public static int RunProbe()
    {
        var start = StartInfo(new CodeWorkerOptions { Arguments = ["code-worker", CodeWorker.Probe] });
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = false;
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode;
    }

    internal static ProcessStartInfo StartInfo(CodeWorkerOptions options)
    {
        var program = options.Program ?? Environment.ProcessPath ?? throw new InvalidOperationException("the running program is not known");
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };

        // `dotnet sluice.dll` has to be told which program it is to be.
        if (options.Program is null && Path.GetFileNameWithoutExtension(program) is "dotnet") start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (var argument in options.Arguments) start.ArgumentList.Add(argument);
        var environment = start.Environment;
        var root = new[] { "DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64" }.Select(n => (Name: n, Value: Environment.GetEnvironmentVariable(n))).Where(v => v.Value is not null).ToList();
        environment.Clear();
        foreach (var (name, value) in root) environment[name] = value;
        environment["DOTNET_GCHeapHardLimit"] = options.MemoryLimit.ToString("x", CultureInfo.InvariantCulture);
        environment["DOTNET_GCgen0size"] = "400000";
        environment["DOTNET_gcConcurrent"] = "0";
        environment["DOTNET_gcServer"] = "0";
        environment["DOTNET_EnableDiagnostics"] = "0";
        environment["DOTNET_EnableWriteXorExecute"] = "0";
        environment["DOTNET_TieredPGO"] = "0";
        return start;
    }

    private async ValueTask SendAsync(byte kind, JsValue content)
    {
        _buffer.ResetWrittenCount();
        Frames.WriteHead(_buffer.GetSpan(Frames.HeadLength), kind, 0);
        _buffer.Advance(Frames.HeadLength);
        JsJson.Write(_buffer, content);
        var length = _buffer.WrittenCount - Frames.HeadLength;
        if (length > Frames.MaximumLength) throw new InvalidDataException($"more than {Frames.MaximumLength >> 20} MiB of items cannot be given to code");
        Frames.WriteHead(MemoryMarshal.AsMemory(_buffer.WrittenMemory).Span, kind, length);
        await _input.WriteAsync(_buffer.WrittenMemory);
        await _input.FlushAsync();
    }

    private async ValueTask<(byte Kind, JsValue Content)> ReceiveAsync()
    {
        var head = new byte[Frames.HeadLength];
        await _output.ReadExactlyAsync(head);
        var length = Frames.LengthOf(head);
        if (length < 0) throw new InvalidDataException("the worker does not speak as it should");
        var content = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await _output.ReadExactlyAsync(content.AsMemory(0, length));
            return (head[0], JsJson.ParseOwn(content.AsSpan(0, length)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(content);
        }
    }

    private async ValueTask<(byte Kind, JsValue Content)> ReceiveAsync(TimeSpan limit, TimeProvider time, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timeout.Token);
        await using var killing = either.Token.UnsafeRegister(static worker => ((WorkerProcess)worker!).Kill(), this);
        try
        {
            return await ReceiveAsync();
        }
        catch (Exception) when (cancel.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancel);
        }
    }
}

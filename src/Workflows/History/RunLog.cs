using System.Buffers;
using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.History;

/// <summary>The stored history of one run: takes its events as they happen; <see cref="HistoryWriter"/> stores them, those of many runs in one commit.</summary>
internal sealed class RunLog(HistoryWriter writer, string id, int nextLine = 0)
{
    private readonly Lock _lock = new();
    private ArrayBufferWriter<byte> _unwritten = new(1024);
    private Dictionary<BinaryData, string>? _files;
    private TaskCompletionSource? _flush;
    private Task _last = Task.CompletedTask;
    private RunStanding? _standing;
    private bool _listed;
    private int _objects;
    private int _objectsUnderWay;
    private int _nextLine = nextLine;
    private Exception? _broken;
    private bool _dropped;

    public string Id { get; } = id;

    /// <summary>The run; set once, before the first event.</summary>
    public Run Run { get; set; } = null!;

    /// <summary>
    /// Takes an event, and applies it to the run; it is stored soon, with whatever else is to be stored then. One that cannot be written has not happened.
    /// </summary>
    /// <exception cref="System.Text.Json.JsonException">Its data cannot be written.</exception>
    public void Append(RunEvent happened)
    {
        lock (_lock)
        {
            if (_dropped)
            {
                Run.Apply(happened);
                return;
            }

            var before = _unwritten.WrittenCount;
            try
            {
                RunEventJson.Write(_unwritten, happened, Run.Model, KeyOf);
                Run.Apply(happened);
            }
            catch
            {
                CutTo(before, more: 0);
                throw;
            }

            var length = _unwritten.WrittenCount - before;
            if (length > writer.Threshold && writer.Objects is not null) MoveOut(before, length);
            if (happened is not (NodeStarted or NodeFinished or NodeFailed)) _standing = RunStanding.Of(Run);
            if (_listed) return;
            _listed = true;
        }

        writer.Add(this, urgent: false);
    }

    /// <summary>Ends when everything that happened so far is stored for good.</summary>
    public Task FlushAsync()
    {
        Task done;
        lock (_lock)
        {
            if (_unwritten.WrittenCount == 0) return _last;
            done = (_flush ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            _listed = true;
        }

        writer.Add(this, urgent: true);
        return done;
    }

    /// <summary>Forgets what is not stored yet, and takes nothing more: the run is another process's.</summary>
    public void Drop(Exception why)
    {
        lock (_lock)
        {
            _dropped = true;
            _unwritten.ResetWrittenCount();
            _flush?.TrySetException(why);
            _flush = null;
        }
    }

    /// <summary>What is to be stored now; null when nothing is, or not before its objects are.</summary>
    internal LogPart? Take()
    {
        lock (_lock)
        {
            _listed = false;
            if (_objectsUnderWay > 0 || _unwritten.WrittenCount == 0) return null;
            var part = new LogPart(this, _unwritten.WrittenSpan.ToArray(), _nextLine++, _standing, _flush ?? new(TaskCreationOptions.RunContinuationsAsynchronously), _broken);
            _last = part.Stored.Task;
            _unwritten.ResetWrittenCount();
            if (_unwritten.Capacity > 64 * 1024) _unwritten = new(1024);
            _standing = null;
            _flush = null;
            return part;
        }
    }

    /// <summary>A big event goes to the object store, and into the history only where it is.</summary>
    private void MoveOut(int start, int length)
    {
        var content = _unwritten.WrittenSpan.Slice(start, length).ToArray();
        CutTo(start, more: 128);
        RunEventJson.WriteReference(_unwritten, Store(content));
    }

    private void CutTo(int length, int more)
    {
        var kept = new ArrayBufferWriter<byte>(length + more + 1);
        kept.Write(_unwritten.WrittenSpan[..length]);
        _unwritten = kept;
    }

    private string? KeyOf(BinaryData file)
    {
        if (writer.Objects is null || file.Content is not { } content) return null;
        _files ??= new(ReferenceEqualityComparer.Instance);
        if (!_files.TryGetValue(file, out var key)) _files[file] = key = Store(content);
        return key;
    }

    private string Store(ReadOnlyMemory<byte> content)
    {
        var key = $"{HistoryWriter.Folder(Id)}/{_nextLine}-{_objects++}";
        _objectsUnderWay++;
        _ = StoreAsync(key, content, isNew: _nextLine == 0);
        return key;
    }

    private async Task StoreAsync(string key, ReadOnlyMemory<byte> content, bool isNew)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var broken = await writer.KeepAsync(key, content, isNew);
        lock (_lock)
        {
            _broken ??= broken;
            if (--_objectsUnderWay > 0) return;
            broken = _broken;
        }

        if (broken is not null && isNew) await writer.ForgetAsync(Id);
        lock (_lock) _listed = true;
        writer.Add(this, urgent: true);
    }
}

/// <summary>A piece of a run's history that is stored at once.</summary>
/// <param name="Standing">How the run stood at the end of these lines; null when that is no news.</param>
internal sealed record LogPart(RunLog Log, byte[] Lines, int Number, RunStanding? Standing, TaskCompletionSource Stored, Exception? Broken);

/// <summary>What the list of runs says of one.</summary>
internal sealed record RunStanding(RunPhase Phase, DateTimeOffset? WaitUntil, string LastNode, string? Error)
{
    public static RunStanding Of(Run run)
    {
        var state = run.State;
        return new(run.IsOffered ? RunPhase.Queued : state.Phase, state.Waiting is { Count: > 0 } waiting ? waiting.Min(w => w.Waiting?.Until) : null, state.Last?.Node.Name ?? "", state.Error?.Message);
    }
}

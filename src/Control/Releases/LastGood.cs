using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Control.Releases;

/// <summary>
/// The served configuration on local disk, so that a node starts while its database is away: <c>{"release": {...}, "document": {...}}</c>, readable by its
/// owner only. Written beside and renamed, so that it is always whole; of releases in quick succession only the last is written.
/// </summary>
internal sealed partial class LastGood(string path, ILogger log) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private CurrentRelease? _next;
    private Task _writing = Task.CompletedTask;

    /// <summary>Has <paramref name="release"/> written soon.</summary>
    public void Keep(CurrentRelease release)
    {
        lock (_gate)
        {
            _next = release;
            if (_writing.IsCompleted)
                _writing = Task.Run(WriteAll);
        }
    }

    /// <summary>What was kept; null when there is nothing that can be read, with the reason.</summary>
    public (CurrentRelease? Kept, string? Problem) Read(ReadOptions options)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var release = json.RootElement.GetProperty("release").Deserialize<Release>();
            var document = JsonSerializer.SerializeToUtf8Bytes(json.RootElement.GetProperty("document"));
            var read = ConfigurationTree.Read([new ConfigurationSource(path, document, DocumentFormat.Json)], options);
            return read.Tree is not null && release is not null ? (new CurrentRelease(release, read.Tree), null) : (null, string.Join("; ", read.Problems.Take(5)));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return (null, $"{path} is not there");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return (null, e.Message);
        }
    }

    public async ValueTask DisposeAsync() => await _writing;

    private void WriteAll()
    {
        while (true)
        {
            CurrentRelease release;
            lock (_gate)
            {
                if (_next is null)
                    return;
                release = _next;
                _next = null;
            }
            try
            {
                Write(release);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogNotKept(path, e.Message);
            }
        }
    }

    private void Write(CurrentRelease release)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var beside = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(beside, options))
        {
            // Never as one piece of memory: it is written after every change, and may have many megabytes.
            file.Write("{\"release\":"u8);
            JsonSerializer.Serialize(file, release.Release);
            file.Write(",\"document\":"u8);
            release.Tree.WriteCanonicalDocument(file);
            file.Write("}"u8);
            file.Flush(flushToDisk: true);
        }
        File.Move(beside, path, overwrite: true);
    }

    [LoggerMessage(1, LogLevel.Error, "the configuration cannot be kept in {Path}: {Problem}; without the database this node could not start")]
    private partial void LogNotKept(string path, string problem);
}

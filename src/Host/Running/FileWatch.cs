using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Host.Running;

/// <summary>
/// Tells when configuration files changed: written in place, replaced by a rename, or swapped behind a symbolic link as Kubernetes does.
/// </summary>
/// <remarks>
/// It looks twice a second instead of asking the kernel for events, which do not arrive from network and many container mounts; a look is one
/// stat per file. A change counts once two looks in a row saw the same, so that a half-written file is not read.
/// </remarks>
internal sealed class FileWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private readonly IReadOnlyList<string> paths;
    private readonly TimeProvider time;
    private readonly Func<IReadOnlyList<string>> further;
    private string known;

    /// <summary>From now on changes count: make it before the files are read, so that none in between is missed.</summary>
    /// <param name="paths">Files, and folders of configuration files.</param>
    /// <param name="time">The clock.</param>
    /// <param name="further">Finds further files, anew at each look; null for none.</param>
    public FileWatch(IReadOnlyList<string> paths, TimeProvider time, Func<IReadOnlyList<string>>? further = null)
    {
        this.further = further ?? (static () => []);
        this.paths = paths;
        this.time = time;
        known = Fingerprint();
    }

    /// <summary>Calls <paramref name="changed"/> after each change until cancelled.</summary>
    public async Task RunAsync(Action changed, CancellationToken stop)
    {
        var last = known;
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var now = Fingerprint();
                var settled = now == last;
                last = now;
                if (!settled || now == known) continue;
                known = now;
                changed();
            }
        }
        catch (OperationCanceledException)
        {
            // The end of watching is no failure.
        }
    }

    /// <summary>Everything that a change would change: which files there are, where links end, sizes and times.</summary>
    private string Fingerprint()
    {
        var seen = new List<string>();
        foreach (var path in paths)
            if (Directory.Exists(path))
                seen.AddRange(Files(path).Select(Describe));
            else
                seen.Add(Describe(path));
        seen.AddRange(further().Select(Describe));
        return string.Join('\n', seen);
    }

    private static IEnumerable<string> Files(string folder)
    {
        try
        {
            return ConfigurationSource.FilesIn(folder);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string Describe(string path)
    {
        try
        {
            var file = new FileInfo(path);
            var target = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            return target.Exists ? $"{path}>{RealFolder(target)}:{target.Length}:{target.LastWriteTimeUtc.Ticks}" : $"{path}:none";
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return $"{path}:unreadable";
        }
    }

    /// <summary>The folder of a file with a linked folder in its path followed: <c>..data/kong.yml</c> moves when <c>..data</c> does.</summary>
    private static string RealFolder(FileInfo file) =>
        file.Directory?.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file.FullName;
}

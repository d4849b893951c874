using Microsoft.Win32.SafeHandles;

namespace Sluice.Workflows.History;

/// <summary>An object store in a folder: a key <c>a/b</c> is the file <c>b</c> in the folder <c>a</c>.</summary>
/// <param name="folder">Made when it is not there.</param>
public sealed class FolderObjectStore(string folder) : ObjectStore
{
    private readonly string _root = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;

    public override async ValueTask WriteAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        var path = PathOf(key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var unfinished = $"{path}.{Guid.NewGuid():N}.tmp";
        using (SafeFileHandle file = File.OpenHandle(unfinished, FileMode.CreateNew, FileAccess.Write, preallocationSize: content.Length))
        {
            await RandomAccess.WriteAsync(file, content, 0, cancel);
            RandomAccess.FlushToDisk(file);
        }

        File.Move(unfinished, path, overwrite: true);
    }

    public override async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string key, CancellationToken cancel)
    {
        try
        {
            return await File.ReadAllBytesAsync(PathOf(key), cancel);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public override ValueTask DeleteAsync(string prefix, CancellationToken cancel)
    {
        var path = PathOf(prefix.TrimEnd('/'));
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        else if (File.Exists(path)) File.Delete(path);
        return ValueTask.CompletedTask;
    }

    private string PathOf(string key)
    {
        var path = Path.GetFullPath(Path.Combine(_root, key));
        return path.StartsWith(_root, StringComparison.Ordinal) && path.Length > _root.Length ? path : throw new ArgumentException($"'{key}' is no key of an object store", nameof(key));
    }
}

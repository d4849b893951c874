using System.Text;

namespace Sluice.Foundation.Secrets;

/// <summary>
/// Files under one folder, as Docker and Kubernetes mount secrets: <c>{vault://file/db/password}</c> is the text of <c>db/password</c> without the
/// line break at its end, or the field <c>password</c> of the JSON file <c>db</c>. Nothing outside the folder can be reached, by <c>..</c>
/// or by links.
/// </summary>
/// <param name="root">The folder.</param>
/// <param name="prefix">A folder inside it that all references of a declared vault are below; empty for the folder itself.</param>
public sealed class FileSecrets(string root, string prefix = "") : SecretSource
{
    private const int MaxBytes = 1024 * 1024;
    private const int MaxLinks = 16;

    private readonly string root = Path.GetFullPath(root);

    public override SecretLookup Find(SecretReference reference)
    {
        string[] segments = [.. prefix.Split('/', StringSplitOptions.RemoveEmptyEntries), .. reference.Segments.Where(s => s.Length > 0)];
        if (segments.Any(s => s is "." or ".." || s.AsSpan().ContainsAny('/', '\\', '\0')))
            return SecretLookup.Missing("the path leaves the folder of secrets");
        try
        {
            if (Read(segments) is { } text) return SecretLookup.Found(text.EndsWith('\n') ? text[..^(text.EndsWith("\r\n", StringComparison.Ordinal) ? 2 : 1)] : text);
            if (reference.Key is { } key && Read(segments[..^1]) is { } json)
                return FieldOf(json, key) is { } field
                    ? SecretLookup.Found(field)
                    : SecretLookup.Missing($"the file {string.Join('/', segments[..^1])} has no field '{key}'");
            return SecretLookup.Missing($"there is no file {string.Join('/', segments)} in {root}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            return SecretLookup.Missing($"the file {string.Join('/', segments)} in {root} can't be read: {(e is DecoderFallbackException ? "it is not UTF-8" : e.Message)}");
        }
    }

    private string? Read(ReadOnlySpan<string> segments)
    {
        if (segments.IsEmpty || RealPath(Path.Combine([root, .. segments])) is not { } path || !File.Exists(path)) return null;
        var realRoot = RealPath(root) ?? root;
        if (!path.StartsWith(realRoot.EndsWith('/') ? realRoot : realRoot + "/", StringComparison.Ordinal)) throw new IOException("a link leads out of the folder");
        using var file = File.OpenRead(path);
        if (file.Length > MaxBytes) throw new IOException("it is larger than 1 MiB");
        using var reader = new StreamReader(file, new UTF8Encoding(false, throwOnInvalidBytes: true));
        return reader.ReadToEnd();
    }

    /// <summary>The path with the links in all its parts followed; null when a part does not exist or there are too many links.</summary>
    private static string? RealPath(string path)
    {
        var rest = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        var real = "/";
        var links = 0;
        while (rest.TryPop(out var part))
        {
            if (part == ".") continue;
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? "/";
                continue;
            }

            var next = Path.Combine(real, part);
            FileSystemInfo info = Directory.Exists(next) ? new DirectoryInfo(next) : new FileInfo(next);
            if (info.LinkTarget is { } target)
            {
                if (++links > MaxLinks) return null;
                if (target.StartsWith('/')) real = "/";
                foreach (var piece in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse()) rest.Push(piece);
                continue;
            }

            if (!info.Exists) return null;
            real = next;
        }

        return real;
    }
}

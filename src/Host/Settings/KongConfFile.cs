using Sluice.Host.Commands;

namespace Sluice.Host.Settings;

/// <summary>A <c>kong.conf</c>: lines of <c>key = value</c>, comments from <c>#</c> on, later lines winning over earlier ones.</summary>
internal static class KongConfFile
{
    private const int MaxBytes = 1024 * 1024;

    /// <summary>Reads the file into keys and values.</summary>
    /// <exception cref="UsageException">It cannot be read, is larger than 1 MiB, or has a line that is no setting.</exception>
    public static Dictionary<string, string> Read(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxBytes }) throw new UsageException($"{path} is larger than 1 MiB: is it a kong.conf?");
            return Parse(path, File.ReadAllLines(path));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"cannot read the kong.conf {path}: {problem.Message}");
        }
    }

    internal static Dictionary<string, string> Parse(string path, IReadOnlyList<string> lines)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < lines.Count; i++)
        {
            var line = WithoutComment(lines[i]).Trim();
            if (line.Length == 0) continue;
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) throw new UsageException($"{path}:{i + 1}: expected 'key = value', found '{line}'");
            values[line[..equals].Trim()] = line[(equals + 1)..].Trim().Replace("\\#", "#", StringComparison.Ordinal);
        }

        return values;
    }

    /// <summary>A <c>#</c> starts a comment at the start of a line or after a space; <c>\#</c> never does.</summary>
    private static string WithoutComment(string line)
    {
        for (var i = 0; i < line.Length; i++)
            if (line[i] == '#' && (i == 0 || char.IsWhiteSpace(line[i - 1])))
                return line[..i];
        return line;
    }
}

using System.Net;
using System.Net.Sockets;

namespace Sluice.Gateway.Upstreams.Dns;

/// <summary>The names of <c>/etc/hosts</c>; read again when the file changes. A file that cannot be read has no names.</summary>
internal sealed class HostsFile(string? path)
{
    private readonly Lock gate = new();
    private Dictionary<string, List<IPAddress>> names = [];
    private DateTime readAt;

    /// <summary>The addresses of a normalised name: those of version 4, or of version 6 where there are none. Empty when the file does not have it.</summary>
    public IReadOnlyList<IPAddress> Find(string name)
    {
        if (path is null) return [];
        Dictionary<string, List<IPAddress>> current;
        lock (gate)
        {
            var changedAt = File.GetLastWriteTimeUtc(path);
            if (changedAt != readAt) (names, readAt) = (Read(path), changedAt);
            current = names;
        }

        if (!current.TryGetValue(name, out var addresses)) return [];
        var version4 = addresses.Where(a => a.AddressFamily == AddressFamily.InterNetwork).ToArray();
        return version4.Length > 0 ? version4 : addresses;
    }

    /// <summary>Lines of an address and its names; <c>#</c> begins a comment.</summary>
    public static Dictionary<string, List<IPAddress>> Parse(string text)
    {
        Dictionary<string, List<IPAddress>> found = [];
        foreach (var line in text.Split('\n'))
        {
            var comment = line.IndexOf('#');
            var words = (comment < 0 ? line : line[..comment]).Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || !IPAddress.TryParse(words[0], out var address)) continue;
            foreach (var word in words.AsSpan(1))
            {
                if (DnsName.Normalize(word) is not { } name) continue;
                if (!found.TryGetValue(name, out var addresses)) found[name] = addresses = [];
                if (!addresses.Contains(address)) addresses.Add(address);
            }
        }

        return found;
    }

    private static Dictionary<string, List<IPAddress>> Read(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

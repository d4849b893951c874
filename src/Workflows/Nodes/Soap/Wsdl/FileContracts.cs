using System.Collections.Concurrent;
using System.Text;

namespace Sluice.Workflows.Nodes.Soap.Wsdl;

/// <summary>WSDLs in files and in parameters, read when a workflow is loaded and shared by all nodes that name the same ones.</summary>
internal static class FileContracts
{
    private const long MostBytes = 32 << 20;
    private const int MostKept = 200;

    private static readonly ConcurrentDictionary<string, Kept> Known = new(StringComparer.Ordinal);

    /// <summary>A file with what it imports.</summary>
    /// <exception cref="WsdlException">It cannot be read.</exception>
    public static WsdlContract OfFile(string path)
    {
        path = Path.GetFullPath(path);
        if (Known.TryGetValue(path, out var kept) && kept.Contract.TryGetTarget(out var known) && kept.Files.All(f => Stamp(f.Path) == f.Stamp)) return known;
        var documents = new WsdlDocuments(path);
        var files = new List<(string, DateTime)>();
        while (documents.Next is { } next)
        {
            if (next.StartsWith("http://", StringComparison.Ordinal) || next.StartsWith("https://", StringComparison.Ordinal))
                throw new WsdlException($"it imports {next}, and nothing is fetched when a workflow is loaded: 'sluice import wsdl' puts a copy beside it");
            files.Add((next, Stamp(next)));
            documents.Give(Content(next));
        }

        var contract = WsdlReader.Read(documents);
        Keep(path, new Kept(new(contract), files));
        return contract;
    }

    /// <summary>A WSDL that stands in the workflow.</summary>
    /// <exception cref="WsdlException">It cannot be read, or imports something.</exception>
    public static WsdlContract OfText(string text)
    {
        var key = "<" + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        if (Known.TryGetValue(key, out var kept) && kept.Contract.TryGetTarget(out var known)) return known;
        var documents = new WsdlDocuments("");
        documents.Give(Encoding.UTF8.GetBytes(text.TrimStart()));
        if (documents.Next is { } next) throw new WsdlException($"it imports {next}, and nothing is fetched when a workflow is loaded: give it as a file or an address");
        var contract = WsdlReader.Read(documents);
        Keep(key, new Kept(new(contract), []));
        return contract;
    }

    /// <summary>A file's bytes.</summary>
    /// <exception cref="WsdlException">It cannot be read.</exception>
    public static byte[] Content(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists) throw new WsdlException($"the file '{path}' does not exist");
            if (file.Length > MostBytes) throw new WsdlException($"the file '{path}' is larger than {MostBytes >> 20} MiB");
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new WsdlException($"the file '{path}' cannot be read: {e.Message}", e);
        }
    }

    private static void Keep(string key, Kept kept)
    {
        if (Known.Count >= MostKept) Known.Clear();
        Known[key] = kept;
    }

    private static DateTime Stamp(string path) => File.GetLastWriteTimeUtc(path);

    /// <summary>Kept as long as a workflow uses it.</summary>
    private sealed record Kept(WeakReference<WsdlContract> Contract, IReadOnlyList<(string Path, DateTime Stamp)> Files);
}

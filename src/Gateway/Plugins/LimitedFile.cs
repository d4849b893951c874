using System.Text;

namespace Sluice.Gateway.Plugins;

/// <summary>Reads files that settings name, of which nothing is known: a device may say that it is empty, and give bytes for ever.</summary>
internal static class LimitedFile
{
    /// <summary>The file's text; null when it holds more than <paramref name="maxBytes"/>.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static string? ReadText(string path, int maxBytes, Encoding encoding)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        using var content = new MemoryStream();
        var piece = new byte[64 * 1024];
        for (int read; (read = file.Read(piece)) > 0;)
        {
            if (content.Length + read > maxBytes) return null;
            content.Write(piece, 0, read);
        }

        content.Position = 0;
        using var reader = new StreamReader(content, encoding);
        return reader.ReadToEnd();
    }
}

using System.Text;
using Microsoft.Net.Http.Headers;

namespace Sluice.Gateway.Plugins.Bodies;

/// <summary>The parts of a <c>multipart/form-data</c> body, (RFC 7578), to be found and changed by name. What is not changed is written byte by byte as it came.</summary>
internal sealed class MultipartForm
{
    private const int MaxParts = 1000;

    private readonly string boundary;
    private readonly List<Part> parts = [];

    private MultipartForm(string boundary) => this.boundary = boundary;

    /// <summary>Reads a body; null when it is not well formed.</summary>
    public static MultipartForm? Read(ReadOnlyMemory<byte> body, string contentType)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type)) return null;
        var separator = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        if (separator.Length is 0 or > 70 || !Ascii.IsValid(separator)) return null;
        var form = new MultipartForm(separator);
        if (body.IsEmpty) return form;
        var delimiter = Encoding.ASCII.GetBytes("\r\n--" + separator);
        var rest = body;
        if (!rest.Span.StartsWith(delimiter.AsSpan(2))) return null;
        rest = rest[(delimiter.Length - 2)..];
        while (!rest.Span.StartsWith("--"u8))
        {
            if (!rest.Span.StartsWith("\r\n"u8) || form.parts.Count == MaxParts) return null;
            rest = rest[2..];
            var end = rest.Span.IndexOf(delimiter);
            if (end < 0 || Part.Read(rest[..end]) is not { } part) return null;
            form.parts.Add(part);
            rest = rest[(end + delimiter.Length)..];
        }

        return form;
    }

    /// <summary>The names of its fields, each once.</summary>
    public IEnumerable<string> Names => parts.Select(p => p.Name).OfType<string>().Distinct(StringComparer.Ordinal);

    public bool Has(string name) => parts.Exists(p => Is(p, name));

    /// <summary>The values of that name as text, in order.</summary>
    public IEnumerable<string> Find(string name) => parts.Where(p => Is(p, name)).Select(p => Encoding.UTF8.GetString(p.Value.Span));

    public bool Remove(string name) => parts.RemoveAll(p => Is(p, name)) > 0;

    /// <summary>Gives the first part of that name another, at the end, without its file name and type, as in Kong.</summary>
    public bool Rename(string name, string to)
    {
        if (parts.Find(p => Is(p, name)) is not { } part) return false;
        Remove(name);
        parts.Add(Part.Simple(to, part.Value));
        return true;
    }

    public void Add(string name, string value) => parts.Add(Part.Simple(name, Encoding.UTF8.GetBytes(value)));

    public byte[] Write()
    {
        var body = new MemoryStream();
        foreach (var part in parts)
        {
            body.Write(Encoding.ASCII.GetBytes($"--{boundary}\r\n"));
            body.Write(part.Whole.Span);
            body.Write("\r\n"u8);
        }

        body.Write(Encoding.ASCII.GetBytes($"--{boundary}--\r\n"));
        return body.ToArray();
    }

    private static bool Is(Part part, string name) => string.Equals(part.Name, name, StringComparison.Ordinal);

    /// <param name="Name">The form field; null for a part that has none.</param>
    /// <param name="Whole">Its header and its value.</param>
    /// <param name="Value">Its value alone.</param>
    private sealed record Part(string? Name, ReadOnlyMemory<byte> Whole, ReadOnlyMemory<byte> Value)
    {
        public static Part? Read(ReadOnlyMemory<byte> whole)
        {
            var head = whole.Span.IndexOf("\r\n\r\n"u8);
            if (head < 0) return null;
            string? name = null;
            foreach (var line in Encoding.UTF8.GetString(whole.Span[..head]).Split("\r\n"))
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                if (colon > 0 && line.AsSpan(0, colon).Trim().Equals("Content-Disposition", StringComparison.OrdinalIgnoreCase)
                    && ContentDispositionHeaderValue.TryParse(line[(colon + 1)..].Trim(), out var disposition))
                    name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
            }

            return new Part(name, whole, whole[(head + 4)..]);
        }

        public static Part Simple(string name, ReadOnlyMemory<byte> value)
        {
            var quoted = name.Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal).Replace("\"", "%22", StringComparison.Ordinal);
            var head = Encoding.UTF8.GetBytes($"Content-Disposition: form-data; name=\"{quoted}\"\r\n\r\n");
            return new Part(name, (byte[])[.. head, .. value.Span], value);
        }
    }
}

using System.Text;
using Microsoft.Net.Http.Headers;

namespace Sluice.Gateway.Plugins.Authentication;

/// <summary>The fields of a multipart/form-data body (RFC 7578): found by their delimiter lines, without copying.</summary>
internal sealed class MultipartForm : BodyArguments
{
    private const int MaxParts = 1000;

    private readonly byte[] body;
    private readonly List<Part> parts = [];

    public MultipartForm(byte[] body, string boundary)
    {
        this.body = body;
        var delimiter = Encoding.UTF8.GetBytes("--" + boundary);
        var start = NextDelimiter(delimiter, 0);
        while (start >= 0 && parts.Count < MaxParts)
        {
            var content = start + delimiter.Length;
            var end = NextDelimiter(delimiter, content);
            if (end < 0 || body.AsSpan(content).StartsWith("--"u8)) break;
            parts.Add(Read(start, content, end));
            start = end;
        }
    }

    public override ArgumentValues Find(string name)
    {
        var found = default(ArgumentValues);
        foreach (var part in parts)
            if (string.Equals(part.Name, name, StringComparison.Ordinal) && found.Count++ == 0)
                found.First = Encoding.UTF8.GetString(body, part.Value, part.ValueLength);
        return found;
    }

    public override byte[]? Remove(string name)
    {
        var rest = new MemoryStream(body.Length);
        var copied = 0;
        foreach (var part in parts)
        {
            if (!string.Equals(part.Name, name, StringComparison.Ordinal)) continue;
            rest.Write(body, copied, part.Start - copied);
            copied = part.End;
        }

        if (copied == 0) return null;
        rest.Write(body, copied, body.Length - copied);
        return rest.ToArray();
    }

    /// <summary>The next place at the start of a line where the delimiter stands; -1 when there is none.</summary>
    private int NextDelimiter(byte[] delimiter, int from)
    {
        for (var at = from; ;)
        {
            var found = body.AsSpan(at).IndexOf(delimiter);
            if (found < 0) return -1;
            at += found;
            if (at == 0 || body[at - 1] == '\n') return at;
            at++;
        }
    }

    private Part Read(int start, int content, int end)
    {
        // After the delimiter: the rest of its line, header lines up to an empty one, the value, and the line break before the next delimiter.
        var text = body.AsSpan(content, end - content);
        var headersEnd = text.IndexOf("\r\n\r\n"u8);
        if (headersEnd < 0) return new Part(null, start, end, content, 0);
        var value = content + headersEnd + 4;
        var length = Math.Max(0, end - value - 2);
        foreach (var line in Encoding.UTF8.GetString(text[..headersEnd]).Split("\r\n"))
            if (line.StartsWith("Content-Disposition:", StringComparison.OrdinalIgnoreCase)
                && ContentDispositionHeaderValue.TryParse(line["Content-Disposition:".Length..], out var disposition))
                return new Part(HeaderUtilities.RemoveQuotes(disposition.Name).ToString(), start, end, value, length);
        return new Part(null, start, end, value, length);
    }

    private readonly record struct Part(string? Name, int Start, int End, int Value, int ValueLength);
}

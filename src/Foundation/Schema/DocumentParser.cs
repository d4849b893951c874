using System.Text;
using Sluice.Foundation.Errors;

namespace Sluice.Foundation.Schema;

/// <summary>The syntax of a configuration file.</summary>
public enum DocumentFormat { Yaml, Json }

/// <summary>Bytes to a tree of values with their places. Never throws on what it reads.</summary>
public static class DocumentParser
{
    /// <summary>The tree, or the problem that kept it from being read.</summary>
    public static (DocumentNode? Root, Problem? Problem) Parse(string file, ReadOnlySpan<byte> content, DocumentFormat format, ReadLimits? limits = null)
    {
        limits ??= ReadLimits.Default;
        if (content.Length > limits.Bytes)
            return (null, Refuse(file, 0, 0, $"is larger than {limits.Bytes} bytes"));
        if (content.StartsWith("\uFEFF"u8))
            content = content[3..];
        try
        {
            return format == DocumentFormat.Json
                ? (JsonParser.Parse(file, content, limits), null)
                : (YamlParser.Parse(file, StrictText.GetString(content), limits), null);
        }
        catch (DecoderFallbackException e)
        {
            return (null, Refuse(file, 0, 0, $"is not valid UTF-8 (byte {e.Index})"));
        }
        catch (UnreadableDocumentException e)
        {
            return (null, Refuse(file, e.Line, e.Column, e.Message));
        }
    }

    private static readonly UTF8Encoding StrictText = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static Problem Refuse(string file, int line, int column, string message) => new(new Place(file, line, column), "document", "", message);
}

/// <summary>Thrown inside the parsers, where the recursion has to be left at once; never leaves <see cref="DocumentParser"/>.</summary>
internal sealed class UnreadableDocumentException(int line, int column, string message) : Exception(message)
{
    public int Line { get; } = line;

    public int Column { get; } = column;
}

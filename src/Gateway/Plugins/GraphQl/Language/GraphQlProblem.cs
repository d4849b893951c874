namespace Sluice.Gateway.Plugins.GraphQl.Language;

/// <summary>What is wrong with a document, and where.</summary>
/// <param name="Message">For people.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in UTF-16 code units.</param>
internal sealed record GraphQlProblem(string Message, int Line, int Column)
{
    /// <param name="text">The document.</param>
    /// <param name="at">Where in it.</param>
    /// <param name="message">For people.</param>
    public static GraphQlProblem At(string text, int at, string message)
    {
        // Lines end as the specification says: LF, CR LF or CR.
        var line = 1;
        var begin = 0;
        for (var i = 0; i < at && i < text.Length; i++)
        {
            if (text[i] is not ('\n' or '\r')) continue;
            if (text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n' && i + 1 < at) i++;
            line++;
            begin = i + 1;
        }

        return new GraphQlProblem(message, line, Math.Max(at - begin, 0) + 1);
    }

    public override string ToString() => $"{Message} (line {Line}, column {Column})";
}

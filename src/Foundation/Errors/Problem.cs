namespace Sluice.Foundation.Errors;

/// <summary>Where something stands in a file. Line and column count from 1; 0 means that the source has none (an API call, the environment).</summary>
public readonly record struct Place(string File, int Line, int Column)
{
    public override string ToString() => Line == 0 ? File : $"{File}:{Line}:{Column}";
}

/// <summary>Whether a problem keeps a configuration from being used.</summary>
public enum Severity { Error, Warning }

/// <summary>One thing wrong with a configuration: what, where, and what would be right.</summary>
/// <param name="Place">File, line and column.</param>
/// <param name="Object">The object it belongs to, as a person names it: <c>route "orders"</c>, <c>plugin key-auth on service "pay"</c>.</param>
/// <param name="Field">The dotted path inside that object (<c>config.minute</c>, <c>paths[1]</c>); empty for the object as a whole.</param>
/// <param name="Message">What is wrong and what would be right, without the place.</param>
public sealed record Problem(Place Place, string Object, string Field, string Message, Severity Severity = Severity.Error)
{
    /// <summary>The kind of the object, as its list is called (<c>routes</c>); null for a problem of the document.</summary>
    public string? Kind { get; init; }

    /// <summary>The object's id, where it has one.</summary>
    public Guid? Id { get; init; }

    /// <summary>On one line, whatever the file holds: control characters are written as <c>\u000a</c>.</summary>
    public override string ToString()
    {
        var text = $"{Place}: {(Severity == Severity.Warning ? "warning: " : "")}{Object}{(Field.Length > 0 ? $": {Field}" : "")}: {Message}";
        return text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString())) : text;
    }
}

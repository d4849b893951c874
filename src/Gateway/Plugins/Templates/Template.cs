using System.Text;

namespace Sluice.Gateway.Plugins.Templates;

/// <summary>
/// A text with expressions in it, <c>/users/$(uri_captures.id)</c>: compiled when the snapshot is built, rendered for each request. Its language is
/// the part of Lua that Kong's users write: see README.md. A text that does not compile fails whenever it is rendered, as in Kong.
/// </summary>
internal sealed class Template
{
    private readonly Part[] parts;

    private Template(Part[] parts, string? error)
    {
        this.parts = parts;
        Error = error;
        Literal = error is null && parts.All(p => p.Expression is null) ? string.Concat(parts.Select(p => p.Text)) : null;
    }

    /// <summary>The text, when there is no expression in it; see <see cref="FieldText"/>.</summary>
    public string? Literal { get; }

    /// <summary>Why it does not compile; null when it does.</summary>
    public string? Error { get; }

    public static Template Compile(string source)
    {
        var compiled = new List<Part>();
        var literal = 0;
        source = FieldText.Of(source);
        for (var at = 0; (at = source.IndexOf("$(", at, StringComparison.Ordinal)) >= 0;)
        {
            var close = ClosingParenthesis(source, at + 1);
            if (close < 0) break;
            compiled.Add(new Part(source[literal..at], null));
            var (expression, error) = TemplateParser.Parse(source[(at + 2)..close]);
            if (expression is null) return new Template([], $"$({source[(at + 2)..close]}): {error}");
            compiled.Add(new Part("", expression));
            at = literal = close + 1;
        }

        compiled.Add(new Part(source[literal..], null));
        return new Template([.. compiled], null);
    }

    /// <summary>The text with its values filled in; nothing for nil and false.</summary>
    /// <param name="scope">The request.</param>
    /// <param name="text">The result; see <see cref="FieldText"/>.</param>
    /// <param name="error">Why there is none.</param>
    public bool TryRender(TemplateScope scope, out string text, out string? error)
    {
        error = Error;
        text = Literal ?? "";
        if (Literal is not null) return true;
        if (error is not null) return false;
        var builder = new StringBuilder();
        foreach (var part in parts)
        {
            builder.Append(part.Text);
            switch (part.Expression?.Evaluate(scope))
            {
                case Failure failure:
                    error = failure.Reason;
                    return false;
                case null or false:
                    break;
                case var value:
                    builder.Append(Values.Text(value));
                    break;
            }
        }

        text = builder.ToString();
        return true;
    }

    // Parentheses are counted wherever they stand, in strings too, as Kong counts them.
    private static int ClosingParenthesis(string source, int open)
    {
        var depth = 0;
        for (var i = open; i < source.Length; i++)
        {
            if (source[i] == '(') depth++;
            else if (source[i] == ')' && --depth == 0) return i;
        }

        return -1;
    }

    private readonly record struct Part(string Text, Expression? Expression);
}

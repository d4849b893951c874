using Sluice.Workflows.Expressions.Compilation;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Parsing;

namespace Sluice.Workflows.Expressions;

/// <summary>Something wrong with the text of an expression.</summary>
/// <param name="Message">What is wrong.</param>
/// <param name="Position">Where in the parameter, counted in UTF-16 units from its start.</param>
public sealed record ExpressionProblem(string Message, int Position);

/// <summary>What compiling gave: an expression, or the problems that keep it from being one.</summary>
public sealed record ExpressionCompilation(CompiledExpression? Expression, IReadOnlyList<ExpressionProblem> Problems);

/// <summary>Compiles the parameters of nodes. It is done once, when a workflow is loaded.</summary>
public static class ExpressionCompiler
{
    /// <summary>A longer parameter is refused.</summary>
    public const int MaximumLength = 256 * 1024;

    /// <summary>Whether a parameter is to be compiled: it begins with an equals sign.</summary>
    public static bool IsExpression(string parameter) => parameter.StartsWith('=');

    /// <summary>
    /// Compiles a parameter. What begins with <c>=</c> is text with code between <c>{{</c> and <c>}}</c>, or one code alone, whose value keeps its type;
    /// anything else is a constant.
    /// </summary>
    public static ExpressionCompilation Compile(string parameter)
    {
        if (!IsExpression(parameter)) return new(new CompiledExpression(parameter, new LiteralNode(parameter), 0, copies: false), []);
        if (parameter.Length > MaximumLength) return new(null, [new($"longer than {MaximumLength} characters", 0)]);
        var pieces = new List<Piece>();
        var problems = new List<ExpressionProblem>();
        try
        {
            Split(parameter, pieces, problems);
        }
        catch (ExpressionSyntaxException e)
        {
            problems.Add(new(e.Message, e.Position));
        }

        return problems.Count > 0 ? new(null, problems) : new(Assemble(parameter, pieces), []);
    }

    /// <summary>Compiles bare code, without the equals sign and the braces.</summary>
    public static ExpressionCompilation CompileCode(string code)
    {
        try
        {
            var compiled = Parser.Parse(code, 0, code.Length) is { } syntax ? Compiler.Compile(syntax) : new CompiledCode(new LiteralNode(default), 0, false);
            return new(new CompiledExpression(code, compiled.Root, compiled.FrameSize, compiled.Copies), []);
        }
        catch (ExpressionSyntaxException e)
        {
            return new(null, [new(e.Message, e.Position)]);
        }
    }

    private static CompiledExpression Assemble(string parameter, List<Piece> pieces)
    {
        switch (pieces)
        {
            case []: return new(parameter, new LiteralNode(""), 0, copies: false);
            case [{ Text: { } text }]: return new(parameter, new LiteralNode(text), 0, copies: false);
            case [{ Code: { } code }]: return new(parameter, code.Root, code.FrameSize, code.Copies);
            default:
                var parts = pieces.Select(p => p.Code is { } code ? new TemplatePart(null, code.Root, code.FrameSize) : new TemplatePart(p.Text, null, 0)).ToArray();
                return new(parameter, new MixedTextNode(parts), 0, pieces.Any(p => p.Code?.Copies == true));
        }
    }

    private static void Split(string source, List<Piece> pieces, List<ExpressionProblem> problems)
    {
        TemplateSplitter.Split(source, 1, text => pieces.Add(new(text, null)), Code);

        // Says where the code ends that begins here: at the first pair of braces that leaves it complete.
        int Code(int from, IReadOnlyList<int> ends)
        {
            ExpressionSyntaxException? first = null;
            foreach (var end in ends)
            {
                try
                {
                    var escaped = source.AsSpan(from, end - from).IndexOf("\\}}") >= 0;
                    var syntax = escaped ? Parser.Parse(source[from..end].Replace("\\}}", "}}", StringComparison.Ordinal), 0, end - from - CountEscapes(source[from..end])) : Parser.Parse(source, from, end);
                    pieces.Add(new(null, syntax is null ? new CompiledCode(new LiteralNode(default), 0, false) : Compiler.Compile(syntax)));
                    return end;
                }
                catch (ExpressionSyntaxException e)
                {
                    first ??= e;
                }
            }

            problems.Add(new(first!.Message, first.Position));
            return ends[0];
        }
    }

    private static int CountEscapes(string code) => code.Split("\\}}").Length - 1;

    private readonly record struct Piece(string? Text, CompiledCode? Code);
}

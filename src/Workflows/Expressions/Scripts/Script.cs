using System.Text.RegularExpressions;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Compilation;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Parsing;

namespace Sluice.Workflows.Expressions.Scripts;

/// <summary>The code of a node, compiled: statements that may wait, in the language of expressions and with its values.</summary>
internal sealed class Script
{
    /// <summary>Longer code is refused.</summary>
    public const int MaximumLength = 1 << 20;

    private readonly string _source;
    private readonly CompiledCode _code;

    private Script(string source, CompiledCode code) => (_source, _code) = (source, code);

    /// <summary>Compiles code.</summary>
    /// <param name="given">The names that it is given by <see cref="Scope.ExtraRoots"/>.</param>
    /// <returns>The script, or what is wrong and in which line.</returns>
    public static (Script? Script, string? Problem) Compile(string source, IReadOnlySet<string> given)
    {
        if (source.Length > MaximumLength) return (null, $"longer than {MaximumLength} characters");
        try
        {
            return (new Script(source, Compiler.CompileScript(Parser.ParseScript(source), given)), null);
        }
        catch (ExpressionSyntaxException e)
        {
            return (null, $"line {Line(source, e.Position)}: {e.Message}");
        }
    }

    /// <summary>Runs it for the current item of a scope.</summary>
    /// <exception cref="ScriptException">It failed.</exception>
    public JsValue Run(Scope scope, JsValue self = default)
    {
        var evaluator = scope.Rent();
        try
        {
            return evaluator.RunScript(_code.Root, _code.FrameSize, _source, self);
        }
        catch (JsThrow thrown)
        {
            var message = thrown.Value.AsReference is JsError { Name: "Error", ErrorMessage: { Length: > 0 } own } ? own : thrown.Message;
            throw new ScriptException(message, Line(_source, thrown.Value.AsReference is JsError { Place: >= 0 } error ? error.Place : evaluator.Position));
        }
        catch (ExpressionError e)
        {
            throw new ScriptException(e.Message.Replace("the expression", "the code", StringComparison.Ordinal), Line(_source, evaluator.Position));
        }
        catch (RegexMatchTimeoutException)
        {
            throw new ScriptException($"a regular expression took longer than {scope.Limits.RegexTime.TotalSeconds} s", Line(_source, evaluator.Position));
        }
        catch (Exception e) when (e is InsufficientExecutionStackException or OutOfMemoryException)
        {
            throw new ScriptException("the code needs more memory than it may have", Line(_source, evaluator.Position)) { Exhausted = true };
        }
    }

    private static int Line(string source, int position) => 1 + source.AsSpan(0, Math.Min(position, source.Length)).Count('\n');
}

/// <summary>A script failed in one of its lines, counted from 1.</summary>
internal sealed class ScriptException(string message, int line) : Exception(message)
{
    public int Line { get; } = line;

    /// <summary>Whether the process that ran it had better be replaced.</summary>
    public bool Exhausted { get; init; }
}

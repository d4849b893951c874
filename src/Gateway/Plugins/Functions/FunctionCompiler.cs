using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Runtime.Loader;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sluice.Gateway.Extending;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Functions;

/// <summary>The functions of one configured plugin, compiled to one assembly that goes when nobody holds this any more.</summary>
/// <param name="Functions">By the order of the sources: <see cref="RequestFunction"/> or <see cref="ResponseFunction"/>. Empty when there are problems.</param>
/// <param name="Problems">What is wrong, by field.</param>
internal sealed record CompiledFunctions(IReadOnlyList<Delegate> Functions, IReadOnlyList<(string Field, string Message)> Problems);

/// <summary>A function that may answer.</summary>
internal delegate Answer? RequestFunction(FunctionRequest request, FunctionVariables shared, FunctionLog log);

/// <summary>A function that is told of the response.</summary>
internal delegate void ResponseFunction(FunctionRequest request, FunctionResponse response, FunctionVariables shared, FunctionLog log);

/// <summary>Compiles functions and sees to it that they stay within <see cref="FunctionSandbox"/>. What was compiled is remembered for the next reading.</summary>
internal static class FunctionCompiler
{
    private const int Remembered = 256;

    private const string Head =
        "#nullable enable\nusing System; using System.Collections.Generic; using System.Globalization; using System.Linq; using System.Text; using System.Text.Json.Nodes; "
        + "using System.Security.Cryptography; using Sluice.Gateway.Plugins.Functions; using static Sluice.Gateway.Plugins.Functions.FunctionAnswers;\npublic static class Functions\n{\n";

    private static readonly ConcurrentDictionary<string, CompiledFunctions> Known = new(StringComparer.Ordinal);

    public static CompiledFunctions Compile(IReadOnlyList<FunctionSource> sources)
    {
        if (sources.Count == 0) return new CompiledFunctions([], []);
        var key = string.Join('\0', sources.Select(s => s.Field + '\0' + s.Code));
        if (Known.TryGetValue(key, out var known)) return known;
        if (Known.Count >= Remembered) Known.Clear();
        return Known[key] = CompileAnew(sources);
    }

    private static CompiledFunctions CompileAnew(IReadOnlyList<FunctionSource> sources)
    {
        var tree = CSharpSyntaxTree.ParseText(Write(sources), new CSharpParseOptions(LanguageVersion.Latest), "functions", Encoding.UTF8);
        var assemblies = ReferenceAssemblies.OfTheProgram();
        try
        {
            var compilation = CSharpCompilation.Create(
                "functions",
                [tree],
                assemblies.Select(a => a.GetReference()),
                new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
            var problems = compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => Describe(d.Location, $"{d.GetMessage(CultureInfo.InvariantCulture)} ({d.Id})", sources)).ToList();
            if (problems.Count == 0) problems = [.. Violations(tree, compilation.GetSemanticModel(tree), sources)];
            if (problems.Count > 0) return new CompiledFunctions([], problems);

            var guarded = tree.WithRootAndOptions(new GuardInsertion(nameof(PluginGuard.FunctionStep), lambdas: true).Visit(tree.GetRoot()), tree.Options);
            using var code = new MemoryStream();
            var emitted = compilation.ReplaceSyntaxTree(tree, guarded).Emit(code);
            if (!emitted.Success) return new CompiledFunctions([], [(sources[0].Field, emitted.Diagnostics.First(d => d.Severity == DiagnosticSeverity.Error).ToString())]);
            code.Position = 0;
            var type = new AssemblyLoadContext("functions", isCollectible: true).LoadFromStream(code).GetType("Functions")!;
            return new CompiledFunctions([.. sources.Select((s, i) => type.GetMethod($"F{i}", BindingFlags.Public | BindingFlags.Static)!.CreateDelegate(s.Phase == FunctionPhase.Request ? typeof(RequestFunction) : typeof(ResponseFunction)))], []);
        }
        finally
        {
            foreach (var assembly in assemblies) assembly.Dispose();
        }
    }

    private static string Write(IReadOnlyList<FunctionSource> sources)
    {
        var text = new StringBuilder(Head);
        for (var i = 0; i < sources.Count; i++)
        {
            var answers = sources[i].Phase == FunctionPhase.Request;
            text.Append(CultureInfo.InvariantCulture, $"public static {(answers ? "Sluice.Gateway.Pipeline.Answer? " : "void ")}F{i}(FunctionRequest request, {(answers ? "" : "FunctionResponse response, ")}FunctionVariables shared, FunctionLog log)\n{{\n")
                .Append(CultureInfo.InvariantCulture, $"#line 1 \"{i}\"\n{sources[i].Code}\n#line default\n{(answers ? "return null;" : "")}\n}}\n");
        }

        return text.Append("}\n").ToString();
    }

    /// <summary>What is not allowed; and code that ends its own method to begin another.</summary>
    private static IEnumerable<(string Field, string Message)> Violations(SyntaxTree tree, SemanticModel model, IReadOnlyList<FunctionSource> sources)
    {
        var root = (CompilationUnitSyntax)tree.GetRoot();
        if (root.Members is not [ClassDeclarationSyntax { Identifier.Text: "Functions" } whole] || whole.Members.Count != sources.Count || root.Usings.Count != 9
            || whole.Members.Where((m, i) => m is not MethodDeclarationSyntax { Body: not null, AttributeLists.Count: 0 } method || method.Identifier.Text != $"F{i}").Any())
        {
            yield return (sources[0].Field, "a function consists of statements: its braces do not match");
            yield break;
        }

        foreach (var member in whole.Members)
            if (FunctionSandbox.Violation(((MethodDeclarationSyntax)member).Body!, model) is { } violation)
                yield return Describe(violation.Node.GetLocation(), violation.Message, sources);
    }

    private static (string Field, string Message) Describe(Location location, string message, IReadOnlyList<FunctionSource> sources)
    {
        var span = location.GetMappedLineSpan();
        return int.TryParse(span.Path, CultureInfo.InvariantCulture, out var index) && index < sources.Count
            ? (sources[index].Field, string.Create(CultureInfo.InvariantCulture, $"line {span.StartLinePosition.Line + 1}, column {span.StartLinePosition.Character + 1}: {message}"))
            : (sources[0].Field, message);
    }
}

using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using Sluice.Foundation.Errors;

namespace Sluice.Gateway.Extending;

/// <summary>
/// Compiles the C# of plugins in memory. Made when there is something to compile and let go of afterwards: the compiler takes tens of megabytes, which
/// a gateway without plugins of its own never sees.
/// </summary>
internal sealed class SourceCompiler : IDisposable
{
    /// <summary>What every file may use without saying so, as in a project made by <c>dotnet new</c>.</summary>
    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; "
        + "global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";

    private static readonly CSharpParseOptions Parse = new(LanguageVersion.Latest, DocumentationMode.Parse);

    private readonly IReadOnlyList<AssemblyMetadata> assemblies;
    private readonly IReadOnlyList<MetadataReference> references;

    /// <param name="libraries">Assemblies besides those of the program: paths of files.</param>
    public SourceCompiler(IEnumerable<string> libraries)
    {
        assemblies = [.. ReferenceAssemblies.OfTheProgram(), .. libraries.Select(AssemblyMetadata.CreateFromFile)];
        references = [.. assemblies.Select(a => a.GetReference())];
    }

    public void Dispose()
    {
        foreach (var assembly in assemblies) assembly.Dispose();
    }

    /// <summary>Compiles files to one assembly.</summary>
    /// <param name="name">The assembly's name.</param>
    /// <param name="files">Path and text of each; problems and stack traces name the path.</param>
    public CompiledSource Compile(string name, IReadOnlyList<(string Path, string Text)> files)
    {
        var trees = files.Select(f => CSharpSyntaxTree.ParseText(SourceText.From(f.Text, Encoding.UTF8), Parse, f.Path)).ToList();
        var written = Compilation(name, trees);
        var errors = written.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).ToList();
        if (errors.Count > 0) return new CompiledSource(null, null, null, [.. errors.Select(e => Describe(e, files[0].Path))]);

        // What is reported above is about what was written; what runs can be stopped besides.
        var guarded = Compilation(name, trees.Select(t => t.WithRootAndOptions(new GuardInsertion().Visit(t.GetRoot()), t.Options)));
        using var assembly = new MemoryStream();
        using var symbols = new MemoryStream();
        using var documentation = new MemoryStream();
        var emitted = guarded.Emit(assembly, symbols, documentation, options: new Microsoft.CodeAnalysis.Emit.EmitOptions(debugInformationFormat: Microsoft.CodeAnalysis.Emit.DebugInformationFormat.PortablePdb));
        return emitted.Success
            ? new CompiledSource(assembly.ToArray(), symbols.ToArray(), documentation.ToArray(), [])
            : new CompiledSource(null, null, null, [.. emitted.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Select(e => Describe(e, files[0].Path))]);
    }

    private CSharpCompilation Compilation(string name, IEnumerable<SyntaxTree> trees) => CSharpCompilation.Create(
        name,
        [CSharpSyntaxTree.ParseText(ImplicitUsings, Parse), .. trees],
        references,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable));

    private static Problem Describe(Diagnostic error, string fallback)
    {
        var span = error.Location.GetLineSpan();
        var place = span.IsValid && span.Path.Length > 0
            ? new Place(span.Path, span.StartLinePosition.Line + 1, span.StartLinePosition.Character + 1)
            : new Place(fallback, 0, 0);
        return new Problem(place, $"plugin file {Path.GetFileName(place.File)}", "", $"{error.GetMessage(System.Globalization.CultureInfo.InvariantCulture)} ({error.Id})");
    }
}

using System.CommandLine;
using System.Diagnostics;
using System.Reflection;
using Sluice.Gateway.Extending;
using Sluice.Testing;

namespace Sluice.Host.Commands.Plugins;

/// <summary><c>sluice plugin test FILE</c>: runs the tests beside plugin files.</summary>
internal static class TestPluginCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "C# files of plugins; their tests are in FILE with .tests.cs for .cs.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("test", "Run the tests of plugins.") { files };
        command.AddExamples(
            """
            Examples:
              sluice plugin test plugins/require-team.cs     runs plugins/require-team.tests.cs
              sluice plugin test plugins/*.cs

            A test is a public method without parameters of a public class whose name ends in Tests. It fails by throwing; Check.That throws.

            Exit codes:
              0  all tests pass
              1  one fails, or something does not compile
            """);
        command.SetAction(async (parsed, _) =>
        {
            var plugins = parsed.GetRequiredValue(files).Where(f => !f.EndsWith(PluginFolder.TestsEnding, StringComparison.OrdinalIgnoreCase)).ToList();
            var (passed, failed) = (0, 0);
            foreach (var file in plugins)
            {
                var tests = Path.ChangeExtension(file, null) + PluginFolder.TestsEnding;
                foreach (var missing in new[] { file, tests }.Where(f => !File.Exists(f))) throw new UsageException($"{missing} does not exist");
                var (library, problems) = PluginFolder.Compile(file, tests);
                foreach (var problem in problems) await Console.Out.WriteLineAsync(problem.ToString());
                if (library is null)
                {
                    failed++;
                    continue;
                }

                foreach (var test in TestsIn(library))
                    if (await RunAsync(test)) passed++;
                    else failed++;
            }

            await Console.Out.WriteLineAsync($"{passed} passed, {failed} failed");
            return failed == 0 ? ExitCode.Ok : ExitCode.ConfigurationProblems;
        });
        return command;
    }

    private static IEnumerable<MethodInfo> TestsIn(PluginLibrary library) => library.Types
        .Where(t => t is { IsPublic: true, IsAbstract: false } && t.Name.EndsWith("Tests", StringComparison.Ordinal))
        .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
        .Where(m => m is { IsSpecialName: false } && m.GetParameters().Length == 0 && m.Name is not ("Dispose" or "DisposeAsync"));

    private static async Task<bool> RunAsync(MethodInfo test)
    {
        var name = $"{test.DeclaringType!.Name}.{test.Name}";
        object? instance = null;
        try
        {
            instance = Activator.CreateInstance(test.DeclaringType!);
            switch (test.Invoke(instance, null))
            {
                case Task task:
                    await task;
                    break;
                case ValueTask task:
                    await task;
                    break;
            }

            await Console.Out.WriteLineAsync($"passed  {name}");
            return true;
        }
        catch (Exception e)
        {
            var cause = e is TargetInvocationException { InnerException: { } inner } ? inner : e;
            var said = cause is CheckFailedException ? cause.Message : $"{cause.GetType().Name}: {cause.Message}";
            await Console.Out.WriteLineAsync($"failed  {name}\n        {PlaceOf(cause)}{said}");
            return false;
        }
        finally
        {
            if (instance is IAsyncDisposable asynchronous) await asynchronous.DisposeAsync();
            else (instance as IDisposable)?.Dispose();
        }
    }

    /// <summary>The innermost line of the test's or the plugin's own file.</summary>
    private static string PlaceOf(Exception e) =>
        new StackTrace(e, fNeedFileInfo: true).GetFrames().FirstOrDefault(f => f.GetFileName() is { } file && File.Exists(file) && f.GetMethod()?.Module.Assembly != typeof(PluginTest).Assembly) is { } frame
            ? $"{frame.GetFileName()}:{frame.GetFileLineNumber()}: "
            : "";
}

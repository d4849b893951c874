using System.Runtime.CompilerServices;

namespace Sluice.Gateway.Tests;

/// <summary>Texts kept in the repository that a test makes anew: SLUICE_ACCEPT=1 writes them, otherwise they must be the same.</summary>
internal static class Golden
{
    /// <param name="path">From the root of the repository.</param>
    /// <param name="actual">What the test made.</param>
    public static void Check(string path, string actual)
    {
        var file = Path.Combine(Root(), path);
        if (Environment.GetEnvironmentVariable("SLUICE_ACCEPT") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
            return;
        }
        File.Exists(file).ShouldBeTrue($"{path} is missing; run the test with SLUICE_ACCEPT=1");
        actual.ShouldBe(File.ReadAllText(file), $"{path} is stale; run the test with SLUICE_ACCEPT=1 and look at what changed");
    }

    /// <summary>The root of the repository.</summary>
    public static string Root() => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));

    private static string ThisFile([CallerFilePath] string file = "") => file;
}

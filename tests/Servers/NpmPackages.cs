using System.Diagnostics;
using System.Security.Cryptography;

namespace Sluice.Tests.Servers;

/// <summary>Packages of npm for servers that tests start: installed on first use, into a folder of their own under the temporary ones.</summary>
public static class NpmPackages
{
    /// <summary>Whether there are node and npm here.</summary>
    public static bool IsPossible { get; } = OnPath("node") && OnPath("npm");

    /// <summary>The folder of packages for the lock file in a folder as it is; several test programs may want it at once.</summary>
    /// <param name="source">The folder with <c>package.json</c> and <c>package-lock.json</c>.</param>
    public static async Task<string> InstallAsync(string source)
    {
        var lockFile = Path.Combine(source, "package-lock.json");
        var name = $"sluice-{Path.GetFileName(source)}-" + Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(lockFile)))[..16];
        var folder = Path.Combine(Path.GetTempPath(), name);
        var modules = Path.Combine(folder, "node_modules");
        if (Directory.Exists(modules)) return modules;
        var own = Directory.CreateTempSubdirectory(name + "-").FullName;
        foreach (var file in new[] { "package.json", "package-lock.json" }) File.Copy(Path.Combine(source, file), Path.Combine(own, file));
        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        {
            WorkingDirectory = own,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var output = npm.StandardOutput.ReadToEndAsync();
        var errors = npm.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        await npm.WaitForExitAsync(patience.Token);
        if (npm.ExitCode != 0) throw new InvalidOperationException($"npm ci failed: {await output}{await errors}");
        try
        {
            Directory.Move(own, folder);
        }
        catch (IOException) when (Directory.Exists(modules))
        {
            // Another was quicker.
            Directory.Delete(own, recursive: true);
        }

        return modules;
    }

    /// <summary>A folder under <c>tests/Servers</c>.</summary>
    public static string Source(string name)
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (Path.Combine(folder, "tests", "Servers", name) is var found && Directory.Exists(found)) return found;
        throw new DirectoryNotFoundException($"tests/Servers/{name}");
    }

    private static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => p.Length > 0 && File.Exists(Path.Combine(p, program)));
}

using System.Diagnostics;
using System.Text.Json;
using Sluice.Acceptance.Harness;
using Sluice.Tests.Servers;

namespace Sluice.Acceptance.HttpCache;

/// <summary>The public tests of HTTP caches (https://cache-tests.fyi) from their npm package. The plugin's page says why what is named here is not passed.</summary>
public sealed class PublicCacheTests
{
    private static readonly string[] NotPassed =
    [
        "age-parse-prefix", "stale-close-must-revalidate", "stale-close-proxy-revalidate", "stale-close-no-cache", "stale-close-s-maxage=2",
        "headers-store-Transfer-Encoding", "304-etag-update-response-Content-Type",
        "method-POST", "vary-normalise-lang-order", "vary-normalise-lang-select", "conditional-lm-fresh-no-lm", "partial-store-partial-reuse-partial",
        "partial-store-partial-reuse-partial-byterange", "partial-store-partial-reuse-partial-absent", "partial-store-partial-reuse-partial-suffix",
        "partial-store-partial-complete",
    ];

    [Fact]
    public async Task All_but_those_that_the_page_names_are_passed()
    {
        Assert.SkipUnless(await RunsAsync("npm", "--version"), "npm is not installed");
        using var folder = new TemporaryFolder();
        foreach (var file in new[] { "package.json", "package-lock.json", "run.mjs" })
            File.Copy(Repository.PathOf($"tests/Acceptance/HttpCache/{file}"), folder.PathOf(file));
        (await RunAsync(folder.Root, [], "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")).Code.ShouldBe(0);

        var port = FreePorts.Next();
        using var server = Process.Start(Info(folder.Root, Settings(port), "node", "node_modules/http-cache-tests/server/server.mjs"))!;
        try
        {
            (await server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(RawClient.Patience)).ShouldStartWith("Listening");
            var file = folder.Write(
                "kong.yml",
                $$"""
                _format_version: "3.0"
                services:
                - url: http://127.0.0.1:{{port}}
                  routes: [{paths: [/], strip_path: false, preserve_host: true}]
                  plugins:
                  - name: http-cache
                    config: {heuristic_freshness: true, stale_if_error: 60, targeted_fields: [CDN-Cache-Control, Surrogate-Control]}
                """);
            await using var sluice = await SluiceProcess.ServeAsync(file);
            var (code, output) = await RunAsync(folder.Root, [], "node", "--no-warnings", "run.mjs", sluice.Proxy[0].ToString().TrimEnd('/'));
            code.ShouldBe(0);
            using var summary = JsonDocument.Parse(output);
            foreach (var kind in new[] { "required", "optimal" })
            {
                var result = summary.RootElement.GetProperty(kind);
                result.GetProperty("run").GetInt32().ShouldBe(kind is "required" ? 165 : 95);
                result.GetProperty("failed").EnumerateObject().Where(f => !NotPassed.Contains(f.Name)).Select(f => $"{f.Name}: {f.Value}").ShouldBeEmpty();
            }
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private static Dictionary<string, string> Settings(int port) => new()
    {
        ["npm_config_protocol"] = "http",
        ["npm_config_port"] = port.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["npm_config_pidfile"] = "server.pid",
    };

    private static async Task<bool> RunsAsync(params string[] command)
    {
        try
        {
            return (await RunAsync(Path.GetTempPath(), [], command)).Code == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static async Task<(int Code, string Output)> RunAsync(string folder, Dictionary<string, string> environment, params string[] command)
    {
        using var process = Process.Start(Info(folder, environment, command))!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await errors;
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    private static ProcessStartInfo Info(string folder, Dictionary<string, string> environment, params string[] command)
    {
        var info = new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment) info.Environment[name] = value;
        return info;
    }
}

using System.Diagnostics;
using Sluice.Acceptance.Harness;
using Sluice.Tests.Servers;

namespace Sluice.Acceptance.Documents;

/// <summary>samples/quickstart runs with one command, and the curl lines that it prints answer.</summary>
public sealed class QuickstartTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_printed_lines_answer()
    {
        var upstream = FreePorts.Next();
        var start = new ProcessStartInfo(Repository.PathOf("samples/quickstart/run")) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["SLUICE"] = $"dotnet {Path.Combine(AppContext.BaseDirectory, "sluice.dll")}";
        start.Environment["SLUICE_CONFIG"] = folder.Write("kong.yml", File.ReadAllText(Repository.PathOf("samples/quickstart/kong.yml")).Replace(":8009", $":{upstream}"));
        start.Environment["SLUICE_PROXY"] = $"127.0.0.1:{FreePorts.Next()}";
        start.Environment["SLUICE_PROXY_TLS"] = $"127.0.0.1:{FreePorts.Next()}";
        start.Environment["SLUICE_ADMIN"] = $"127.0.0.1:{FreePorts.Next()}";
        start.Environment["SLUICE_DEMO_UPSTREAM"] = $"127.0.0.1:{upstream}";

        using var process = Process.Start(start)!;
        try
        {
            var urls = new List<string>();
            while (await process.StandardOutput.ReadLineAsync().WaitAsync(RawClient.Patience) is { } line && line != "ready")
                if (line.TrimStart().StartsWith("curl ", StringComparison.Ordinal)) urls.Add(line.Split(' ')[^1]);
            urls.Count.ShouldBe(3);
#pragma warning disable MA0039 // The quick start's certificate is self-signed.
            using var client = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator });
#pragma warning restore MA0039
            foreach (var url in urls)
            {
                using var response = await client.GetAsync(new Uri(url));
                response.IsSuccessStatusCode.ShouldBeTrue(url);
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }
}

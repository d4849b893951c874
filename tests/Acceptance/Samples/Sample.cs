using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.Acceptance.Harness;
using Sluice.Tests.Servers;

namespace Sluice.Acceptance.Samples;

/// <summary>A folder of samples/ as its own command starts it, copied to where it may write, with free ports in place of those that it names.</summary>
internal sealed class Sample : IAsyncDisposable
{
    /// <summary>Several programs start one after the other, on a machine that has much else to do.</summary>
    private static readonly TimeSpan Patience = RawClient.Patience * 3;

    private readonly TemporaryFolder folder = new();
    private readonly StringBuilder output = new();
    private readonly HttpClient client = new(new SocketsHttpHandler { PooledConnectionLifetime = Timeout.InfiniteTimeSpan }) { Timeout = Patience };
    private Process? process;

    /// <param name="name">The folder below samples/.</param>
    /// <param name="edit">Changes a file of the copy: its name and text give its new text.</param>
    public Sample(string name, Func<string, string, string>? edit = null)
    {
        var ports = new Dictionary<string, int>(StringComparer.Ordinal) { [":8000"] = FreePorts.Next(), [":8001"] = FreePorts.Next(), [":8009"] = FreePorts.Next() };
        (Proxy, Admin) = (new($"http://127.0.0.1:{ports[":8000"]}"), new($"http://127.0.0.1:{ports[":8001"]}"));
        var from = Repository.PathOf($"samples/{name}");
        foreach (var path in Directory.EnumerateFiles(from))
        {
            var text = File.ReadAllText(path);
            foreach (var (written, port) in ports) text = text.Replace($"127.0.0.1{written}", $"127.0.0.1:{port}", StringComparison.Ordinal);
            var file = Path.GetFileName(path);
            File.Copy(path, folder.PathOf(file)); // With its mode.
            folder.Write(file, edit?.Invoke(file, text) ?? text);
        }
    }

    public Uri Proxy { get; }

    public Uri Admin { get; }

    public HttpClient Client => client;

    /// <summary>The memory that the gateway occupies now.</summary>
    public long ResidentBytes
    {
        get
        {
            using var gateway = Process.GetProcessById(GatewayId());
            return gateway.WorkingSet64;
        }
    }

    /// <summary>Runs the sample's command and waits until the gateway serves.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("env", ["--default-signal", folder.PathOf("run")]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("KONG_", StringComparison.Ordinal) || k.StartsWith("SLUICE", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        start.Environment["SLUICE"] = $"dotnet {Path.Combine(AppContext.BaseDirectory, "sluice.dll")}";
        var ready = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => Take(line.Data, ready);
        process.ErrorDataReceived += (_, line) => Take(line.Data, ready);
        process.Exited += (_, _) => ready.TrySetResult(false);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!await ready.Task.WaitAsync(Patience)) Assert.Fail($"the sample does not start:\n{output}");
    }

    /// <summary>Kills the gateway as a power cut would, and waits until the command, which ends what else it began, is over.</summary>
    public async Task KillAsync()
    {
        using (var gateway = Process.GetProcessById(GatewayId())) gateway.Kill();
        using var limit = new CancellationTokenSource(Patience);
        await process!.WaitForExitAsync(limit.Token);
        process.Dispose();
        process = null;
    }

    /// <summary>The entries of a log that the sample writes; the file grows while it is read.</summary>
    public IReadOnlyList<JsonNode> Log(string name)
    {
        if (!File.Exists(folder.PathOf(name))) return [];
        using var reader = new StreamReader(new FileStream(folder.PathOf(name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var whole = reader.ReadToEnd();
        return [.. whole[..(whole.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!)];
    }

    public string PathOf(string name) => folder.PathOf(name);

    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await client.GetStringAsync(new Uri(Proxy, path)))!;

    public async Task<JsonNode> AdminGetAsync(string path) => JsonNode.Parse(await client.GetStringAsync(new Uri(Admin, path)))!;

    public async Task<JsonNode> AdminPostAsync(string path, string body)
    {
        using var answer = await client.PostAsync(new Uri(Admin, path), Json(body));
        var text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonNode.Parse(text)!;
    }

    public static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process?.Dispose();
        client.Dispose();
        folder.Dispose();
    }

    private void Take(string? line, TaskCompletionSource<bool> ready)
    {
        if (line is null) return;
        lock (output) output.AppendLine(line);
        if (line == "ready") ready.TrySetResult(true);
    }

    /// <summary>The command's child that serves kong.yml.</summary>
    private int GatewayId()
    {
        foreach (var entry in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(entry), out var id) && ParentOf(id) == process!.Id && CommandOf(id).Contains("kong.yml", StringComparison.Ordinal))
                return id;
        throw new InvalidOperationException("the gateway is gone");
    }

    private static string CommandOf(int id) => Read($"/proc/{id}/cmdline");

    // The name before it is in brackets and may hold anything.
    private static int ParentOf(int id) => Read($"/proc/{id}/stat") is { Length: > 0 } stat ? int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1]) : 0;

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

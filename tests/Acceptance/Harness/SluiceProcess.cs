using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Sluice.Acceptance.Harness;

/// <summary>The built program as a process of its own, on free ports.</summary>
public sealed partial class SluiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = RawClient.Patience;
    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly StringBuilder errors = new();
    private readonly TaskCompletionSource<bool> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly string data;

    private SluiceProcess(Process process, string data)
    {
        this.process = process;
        this.data = data;
    }

    /// <summary>The proxy's addresses, plain ones first.</summary>
    public IReadOnlyList<Uri> Proxy { get; private set; } = [];

    public Uri? Admin { get; private set; }

    /// <summary>Its process id.</summary>
    public int Id => process.Id;

    /// <summary>The memory that it occupies now.</summary>
    public long ResidentBytes
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    /// <summary>What it has printed so far.</summary>
    public string Output
    {
        get { lock (output) return output.ToString(); }
    }

    public string Errors
    {
        get { lock (errors) return errors.ToString(); }
    }

    /// <summary>Runs <c>sluice</c> with <paramref name="arguments"/> to its end.</summary>
    public static async Task<Finished> RunAsync(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        await using var sluice = Launch(arguments, environment);
        return await sluice.WaitForExitAsync();
    }

    public static Task<Finished> RunAsync(params string[] arguments) => RunAsync(arguments, null);

    /// <summary>Starts <c>sluice run</c> on <paramref name="configuration"/> with a free proxy and admin port and waits until it serves.</summary>
    /// <param name="configuration">A path.</param>
    /// <param name="further">More arguments.</param>
    public static Task<SluiceProcess> ServeAsync(string configuration, params string[] further) => ServeAsync(configuration, null, further);

    public static Task<SluiceProcess> ServeAsync(string configuration, IReadOnlyDictionary<string, string>? environment, params string[] further) =>
        StartAsync(["run", "--config", configuration, "--proxy", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--loops", "1", .. further], environment);

    /// <summary>Starts <c>sluice</c> with exactly <paramref name="arguments"/> and waits until it serves.</summary>
    public static async Task<SluiceProcess> StartAsync(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var sluice = Launch(arguments, environment);
        if (!await sluice.ready.Task.WaitAsync(Patience))
        {
            var finished = await sluice.WaitForExitAsync();
            await sluice.DisposeAsync();
            throw new InvalidOperationException($"sluice {string.Join(' ', arguments)} ended with {finished.ExitCode}:\n{finished.Output}{finished.Errors}");
        }

        sluice.Proxy = sluice.Urls("proxy");
        sluice.Admin = sluice.Urls("admin").FirstOrDefault();
        return sluice;
    }

    public void Signal(PosixSignal signal) => Kill(process.Id, signal switch
    {
        PosixSignal.SIGHUP => 1,
        PosixSignal.SIGINT => 2,
        PosixSignal.SIGTERM => 15,
        _ => throw new ArgumentOutOfRangeException(nameof(signal)),
    });

    public async Task<Finished> WaitForExitAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"sluice did not end:\n{Output}{Errors}", e);
        }

        return new Finished(process.ExitCode, Output, Errors);
    }

    /// <summary>Sends a GET to the proxy.</summary>
    public async Task<(int Status, string Body)> GetAsync(string path)
    {
        using var client = new HttpClient { Timeout = Patience };
        using var response = await client.GetAsync(new Uri(Proxy[0], path));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Sends a GET to the admin listener.</summary>
    public async Task<(int Status, string Body)> AdminAsync(string path)
    {
        using var client = new HttpClient { Timeout = Patience };
        using var response = await client.GetAsync(new Uri(Admin!, path));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
        if (Directory.Exists(data)) Directory.Delete(data, recursive: true);
    }

    private static SluiceProcess Launch(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment)
    {
        // Whoever runs the tests may have told them to ignore signals (nohup, a job in the background); a child inherits that.
        var start = new ProcessStartInfo("env", ["--default-signal", "dotnet", Path.Combine(AppContext.BaseDirectory, "sluice.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("KONG_", StringComparison.Ordinal) || k.StartsWith("SLUICE_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        // Nobody finds the users and the history of another test.
        var folder = Path.Combine(Path.GetTempPath(), $"sluice-data-{Guid.NewGuid():N}");
        start.Environment["SLUICE_DATA"] = folder;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;

        var sluice = new SluiceProcess(new Process { StartInfo = start, EnableRaisingEvents = true }, folder);
        sluice.process.OutputDataReceived += (_, line) => sluice.Take(sluice.output, line.Data);
        sluice.process.ErrorDataReceived += (_, line) => sluice.Take(sluice.errors, line.Data);
        sluice.process.Exited += (_, _) => sluice.ready.TrySetResult(false);
        sluice.process.Start();
        sluice.process.BeginOutputReadLine();
        sluice.process.BeginErrorReadLine();
        return sluice;
    }

    private void Take(StringBuilder into, string? line)
    {
        if (line is null) return;
        lock (into) into.Append(line).Append('\n');
        if (line == "ready") ready.TrySetResult(true);
    }

    private List<Uri> Urls(string what) =>
        [.. Output.Split('\n').Where(l => l.StartsWith($"  {what} ", StringComparison.Ordinal)).SelectMany(l => l[(what.Length + 3)..].Split(',')).Select(u => new Uri(u.Trim()))];

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}

/// <summary>How a process ended.</summary>
public sealed record Finished(int ExitCode, string Output, string Errors);

using System.Diagnostics;

namespace Sluice.Tests.Servers;

/// <summary>A private PostgreSQL cluster in a temporary folder, on a free port of 127.0.0.1, started from the installed binaries.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly string _folder;
    private Process? _process;

    private PostgresServer(string folder, int port)
    {
        _folder = folder;
        Port = port;
    }

    public int Port { get; }

    public string Url(string database = "postgres") => $"postgres://postgres@127.0.0.1:{Port}/{database}";

    public static async Task<PostgresServer> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("sluice-postgres-").FullName;
        var server = new PostgresServer(folder, FreePorts.Next());
        if (Environment.IsPrivilegedProcess)
            await RunAsync("chown", "postgres", folder);
        await RunAsync(AsOwner(Binary("initdb"), "-D", folder + "/data", "-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"));
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Makes an empty database and gives its URL.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = "t" + Guid.NewGuid().ToString("N");
        await RunAsync(AsOwner(Binary("createdb"), "-h", "127.0.0.1", "-p", $"{Port}", "-U", "postgres", name));
        return Url(name);
    }

    /// <summary>Starts the server on the same data and port.</summary>
    public async Task StartAgainAsync()
    {
        _process = Start(AsOwner(
            Binary("postgres"), "-D", _folder + "/data", "-p", $"{Port}", "-h", "127.0.0.1", "-k", _folder, "-c", "fsync=off", "-c", "max_connections=200"));
        for (var attempt = 0; ; attempt++)
        {
            if (_process.HasExited || attempt == 600)
                throw new InvalidOperationException($"postgres did not start: {await _process.StandardError.ReadToEndAsync()}");
            using var probe = Start(AsOwner(Binary("pg_isready"), "-q", "-h", "127.0.0.1", "-p", $"{Port}"));
            await probe.WaitForExitAsync();
            if (probe.ExitCode == 0)
                break;
            await Task.Delay(100);
        }
        // Nobody reads what it says, and a full pipe would stop it.
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
    }

    /// <summary>Ends it as a power cut would.</summary>
    public async Task KillAsync()
    {
        if (_process is null)
            return;
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (IOException)
        {
            // A child of the killed server may still be writing.
        }
    }

    private static string Binary(string name) =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Select(d => $"{d}/bin/{name}").LastOrDefault(File.Exists) ?? name
            : name;

    /// <summary>The server refuses to run as root.</summary>
    private static string[] AsOwner(params string[] command) =>
        Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", .. command] : command;

    private static async Task RunAsync(params string[] command)
    {
        using var process = Start(command);
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)}: {errors}");
    }

    private static Process Start(params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = "/" };
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }
}

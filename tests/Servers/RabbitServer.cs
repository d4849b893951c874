using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Sluice.Tests.Servers;

/// <summary>
/// A private RabbitMQ in a temporary folder, on free ports of 127.0.0.1, started from Debian's package with a node name, an Erlang cookie and a port mapper (epmd)
/// of its own. It takes some seconds to start: tests that need no restarts share <see cref="SharedAsync"/>, each with queues of its own.
/// </summary>
public sealed class RabbitServer : IAsyncDisposable
{
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private static readonly Lazy<Task<RabbitServer>> Shared = new(async () =>
    {
        var server = await StartAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return server;
    });

    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-rabbit-").FullName;
    private readonly int _mapperPort;
    private readonly int _clusterPort;
    private Process? _mapper;
    private Process? _process;

    private RabbitServer(int port, int mapperPort, int clusterPort)
    {
        Port = port;
        _mapperPort = mapperPort;
        _clusterPort = clusterPort;
    }

    public int Port { get; }

    public string Url => $"amqp://guest:guest@127.0.0.1:{Port}/";

    /// <summary>The one of this test program.</summary>
    public static Task<RabbitServer> SharedAsync() => Shared.Value;

    public static async Task<RabbitServer> StartAsync()
    {
        var server = new RabbitServer(FreePorts.Next(), FreePorts.Next(), FreePorts.Next());
        await File.WriteAllTextAsync(server._folder + "/enabled_plugins", "[].\n");
        await File.WriteAllTextAsync(server._folder + "/rabbitmq.conf", "disk_free_limit.absolute = 1MB\nvm_memory_high_watermark.absolute = 1GB\n");
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts it on the same data and ports.</summary>
    public async Task StartAgainAsync()
    {
        // A mapper that the server started itself would outlive it.
        _mapper = await ServerOutput.StartAsync(Command("/usr/bin/epmd", "-port", $"{_mapperPort}", "-address", "127.0.0.1"), () => ListensAsync(_mapperPort));
        _process = await ServerOutput.StartAsync(Command(Program), () => ListensAsync(Port));
    }

    /// <summary>Ends it as a power cut would.</summary>
    public async Task KillAsync()
    {
        foreach (var process in new[] { _process, _mapper })
        {
            if (process is null) continue;
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _process = _mapper = null;
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

    private ProcessStartInfo Command(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = _folder };
        foreach (var (name, value) in new Dictionary<string, string>(StringComparer.Ordinal)
        {
            // The cookie is made there.
            ["HOME"] = _folder,
            ["RABBITMQ_NODENAME"] = $"sluice{Port}@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = $"{Port}",
            ["RABBITMQ_DIST_PORT"] = $"{_clusterPort}",
            ["RABBITMQ_CONFIG_FILE"] = _folder + "/rabbitmq",
            ["RABBITMQ_CONF_ENV_FILE"] = _folder + "/none",
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = _folder + "/enabled_plugins",
            ["RABBITMQ_MNESIA_BASE"] = _folder + "/data",
            ["RABBITMQ_LOG_BASE"] = _folder + "/log",
            ["RABBITMQ_PID_FILE"] = _folder + "/pid",
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none",
            ["ERL_EPMD_PORT"] = $"{_mapperPort}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        }) start.Environment[name] = value;
        return start;
    }

    private static async Task<bool> ListensAsync(int port)
    {
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

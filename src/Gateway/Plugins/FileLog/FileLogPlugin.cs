using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Logging;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Plugins.FileLog;

/// <summary>Appends an entry per exchange to a file.</summary>
internal sealed class FileLogPlugin(FileLogConfig config, PluginSetup setup)
    : LogPlugin(new CustomFields(config.CustomFieldsByLua, "file-log", setup.Log), setup.Time)
{
    public static readonly PluginDescriptor Descriptor = new PluginDescriptor<FileLogPlugin, FileLogConfig>((config, setup) => new(config, setup))
    {
        Name = "file-log",
        Summary = "Appends a JSON line per request to a file.",
    };

    private readonly LogFile file =
        setup.Shared.Get((config.Path, config.Reopen), setup.Snapshot.Lease, () => new LogFile(config.Path, config.Reopen, setup.Log));

    protected override void Write(Exchange exchange, ReadOnlySpan<byte> entry) => file.Add(entry);
}

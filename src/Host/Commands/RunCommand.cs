using System.CommandLine;
using Sluice.Host.Running;
using Sluice.Host.Settings;

namespace Sluice.Host.Commands;

/// <summary><c>sluice run</c>: serve a configuration until told to end.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var command = new Command("run", "Serve a configuration.");
        RunOptions.AddTo(command);
        command.AddExamples(
            """
            Examples:
              sluice run --config kong.yml
              sluice run --config services/ --config consumers.yml --proxy :80 --proxy-tls :443
              sluice run --data /var/lib/sluice                       what the Admin API made of it
              sluice run --data /var/lib/sluice --config kong.yml     the file, with history, and the API beside it
              KONG_DECLARATIVE_CONFIG=kong.yml KONG_PROXY_LISTEN='0.0.0.0:8000, 0.0.0.0:8443 ssl http2' sluice run

            A setting on the command line wins over its SLUICE_ variable, which wins over Kong's KONG_ variable, which wins over kong.conf.

            Signals:
              SIGHUP            read the configuration again, as happens by itself when a file changes
              SIGTERM, SIGINT   finish what is under way, then end; a second one ends at once

            Exit codes:
              0  ended when told to         2  the settings make no sense
              1  configuration problems     3  an address cannot be listened on
            """);
        command.SetAction((parsed, _) =>
        {
            var settings = SettingsReader.Read(RunOptions.Read(parsed), ProcessEnvironment.Read());
            if (settings.Sources.Count == 0 && settings.InlineDocument is null && !settings.StoresReleases)
                throw new UsageException("which configuration? Name one: sluice run --config kong.yml (or SLUICE_CONFIG, or KONG_DECLARATIVE_CONFIG), or where it is stored: sluice run --data DIR");
            return GatewayProcess.RunAsync(settings, TimeProvider.System);
        });
        return command;
    }
}

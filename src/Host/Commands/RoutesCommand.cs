using System.CommandLine;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Snapshot;

namespace Sluice.Host.Commands;

/// <summary><c>sluice routes FILE</c>: the routing table, the route tried first on top.</summary>
internal static class RoutesCommand
{
    public static Command Create()
    {
        var files = ConfigurationArgument.Several();
        var command = new Command("routes", "Print the routes in the order in which they are tried.") { files };
        command.AddExamples(
            """
            Examples:
              sluice routes kong.yml
              KONG_ROUTER_FLAVOR=expressions sluice routes kong.yml

            A condition has to hold in every column that is not empty; inside one column, any value does.
            """);
        command.SetAction(async (parsed, _) =>
        {
            await using var offline = await OfflineSnapshot.TryBuildAsync(parsed.GetRequiredValue(files));
            if (offline is null) return ExitCode.ConfigurationProblems;
            Write(offline.Snapshot, Console.Out);
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Write(GatewaySnapshot snapshot, TextWriter output)
    {
        var table = new TextTable("#", "ROUTE", "PROTOCOLS", "METHODS", "HOSTS", "PATHS", "HEADERS", "SNIS", "EXPRESSION", "SERVICE", "MIDDLEWARE");
        var place = 0;
        foreach (var route in snapshot.Router.InMatchingOrder)
            table.Add(
                (++place).ToString(),
                route.Label,
                Join(route.Config.Protocols),
                Join(route.Config.Methods),
                Join(route.Config.Hosts),
                Join(route.Config.Paths),
                HeadersOf(route.Config),
                Join(route.Config.Snis),
                route.Config.Expression ?? "",
                route.Service?.Label ?? "-",
                Join([.. route.Plan.Plugins.Select(p => p.Descriptor.Name)]));
        table.Write(output);
        var left = snapshot.Document.Routes.Count - place;
        if (left > 0) output.WriteLine($"{Words.Count(left, "route")} not served: the service is not enabled, or the protocol is tcp, tls or udp");
    }

    private static string Join(IReadOnlyList<string>? values) => values is null ? "" : string.Join(' ', values);

    private static string HeadersOf(RouteConfig route) =>
        route.Headers is null ? "" : string.Join(' ', route.Headers.Select(h => $"{h.Key}:{string.Join('|', h.Value)}"));
}

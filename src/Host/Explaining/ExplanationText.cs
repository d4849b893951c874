using Sluice.Gateway.Explaining;

namespace Sluice.Host.Explaining;

/// <summary>An explanation as <c>sluice explain</c> prints it.</summary>
internal static class ExplanationText
{
    public static void Write(TextWriter output, Explanation explanation)
    {
        output.WriteLine(explanation.Request);
        output.WriteLine();
        WriteRoutes(output, explanation);
        WriteMiddleware(output, explanation);
        if (explanation.Route?.Config is { WorkflowCalls: true }) output.WriteLine("workflow: the one whose run waits for the call");
        else if (explanation.Route?.Config.Workflow is { } workflow) output.WriteLine($"workflow: {workflow}");
        else if (explanation.Route is not null) WriteService(output, explanation.Service);
    }

    private static void WriteRoutes(TextWriter output, Explanation explanation)
    {
        output.WriteLine(explanation.Route is { } route ? $"route: {route.Label}  ({route.Config.Place})" : "route: none; the answer is 404");
        foreach (var line in explanation.Routes)
            output.WriteLine($"  {(line.Matched ? "*" : "-")} {line.Route.Label}: {line.Reason}");
        output.WriteLine();
    }

    private static void WriteMiddleware(TextWriter output, Explanation explanation)
    {
        var whose = explanation.Consumer is { } consumer ? $" for consumer {consumer.Label}" : "";
        output.WriteLine(explanation.Middleware.Count == 0 ? $"middleware{whose}: none" : $"middleware{whose}, in running order:");
        var place = 0;
        foreach (var middleware in explanation.Middleware)
        {
            output.WriteLine($"  {++place}. {middleware.Config.Name}  {middleware.Scope}  ({middleware.Config.Place})");
            output.WriteLine($"       stages: {string.Join(", ", middleware.Stages)}");
            foreach (var (field, value) in middleware.Settings)
                output.WriteLine($"       {field}: {value}");
        }

        output.WriteLine();
    }

    private static void WriteService(TextWriter output, ExplainedService? explained)
    {
        if (explained is not { Service: var service, Endpoints: var endpoints })
        {
            output.WriteLine("service: none; only middleware can answer");
            return;
        }

        var config = service.Config;
        output.WriteLine($"service: {service.Label}  {config.Protocol}://{config.Host}{(config.Port > 0 ? $":{config.Port}" : "")}{config.Path}  ({config.Place})");
        output.WriteLine($"  tried {config.Retries + 1} times at most; timeouts: connect {config.ConnectTimeout} ms, read {config.ReadTimeout} ms, write {config.WriteTimeout} ms");
        if (endpoints.Count == 0)
        {
            output.WriteLine($"endpoint: what {config.Host} resolves to when the request comes");
            return;
        }

        output.WriteLine(endpoints.Count == 1 ? "endpoint:" : $"endpoints, chosen by {explained.Choice}:");
        foreach (var endpoint in endpoints) output.WriteLine($"  {endpoint.Host}:{endpoint.Port}");
    }
}

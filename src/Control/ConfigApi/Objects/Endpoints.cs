using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Gateway.Upstreams.Health;

namespace Sluice.Control.ConfigApi.Objects;

/// <summary>One address of a service.</summary>
/// <param name="Id">A target's id, or one derived from service and address.</param>
/// <param name="Address">Host and port.</param>
/// <param name="Weight">Its share of the requests.</param>
internal sealed record ServiceEndpoint(Guid Id, string Address, int Weight)
{
    public string Host => Split(Address).Host;

    public int Port => Split(Address).Port;

    private static (string Host, int Port) Split(string address)
    {
        var colon = address.LastIndexOf(':');
        return colon > 0 && colon > address.LastIndexOf(']') && int.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? (address[..colon].Trim('[', ']'), port)
            : (address.Trim('[', ']'), 8000);
    }
}

/// <summary>The addresses of services: fields of the service, targets of the upstream that it names, or the host itself.</summary>
internal static class Endpoints
{
    private const int DefaultWeight = 100;
    private static readonly EntityKind Targets = EntityKind.ByName["targets"];

    public static JsonObject Schema() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["id"] = new JsonObject { ["type"] = "string", ["format"] = "uuid", ["readOnly"] = true },
            ["host"] = new JsonObject { ["type"] = "string", ["description"] = "A host name or IP address." },
            ["port"] = new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = 65535 },
            ["address"] = new JsonObject { ["type"] = "string", ["description"] = "Host and port in one, instead of the two: 10.0.0.7:8080." },
            ["weight"] = new JsonObject { ["type"] = "integer", ["minimum"] = 0, ["maximum"] = 65535, ["default"] = DefaultWeight },
            ["healthy"] = new JsonObject { ["type"] = "boolean", ["readOnly"] = true, ["description"] = "As this node sees it now." },
        },
    };

    /// <summary>The endpoints of a stored service. Those that discovery finds are not stored.</summary>
    public static IReadOnlyList<ServiceEndpoint> Of(ConfigurationTree tree, ConfigurationObject service)
    {
        var stored = service.ToJson();
        if (stored["endpoints"] is JsonArray own && (own.Count > 0 || HostOf(service).Length == 0))
            return [.. own.Select(e => Derived(service, (string)e!["address"]!, (int)e["weight"]!))];
        if (Services.UpstreamOf(tree, stored) is { } upstream)
            return [.. tree.ReferringTo(upstream, Targets).Select(t => ((TargetConfig)t.Record, t.Id)).Select(t => new ServiceEndpoint(t.Id, t.Item1.Target, t.Item1.Weight))];
        return HostOf(service) is { Length: > 0 } host ? [Derived(service, Join(host, ((ServiceConfig)service.Record).Port), DefaultWeight)] : [];
    }

    public static JsonArray Show(View view, ConfigurationObject service)
    {
        var live = view.Live?.Services.FirstOrDefault(s => s.Config.Id == service.Id)?.Balancer.GetStatus();
        var shown = new JsonArray([.. Of(view.Tree, service).Select(e => (JsonNode)Show(e, live))]);
        if (((ServiceConfig)service.Record).Discovery is not null && live is not null)
            foreach (var found in live.Targets)
                shown.Add((JsonNode)Show(Derived(service, Join(found.Host, found.Port), found.Weight), live));
        return shown;
    }

    public static JsonObject Show(ServiceEndpoint endpoint, BalancerStatus? live) => new()
    {
        ["id"] = endpoint.Id.ToString(),
        ["host"] = endpoint.Host,
        ["port"] = endpoint.Port,
        ["weight"] = endpoint.Weight,
        ["healthy"] = live?.Targets.FirstOrDefault(t => t.Port == endpoint.Port && string.Equals(t.Host.Trim('[', ']'), endpoint.Host, StringComparison.OrdinalIgnoreCase)) is not { } target
            || (target.ResolveError is null && (target.Endpoints.Count == 0 || target.Endpoints.Any(e => e.IsHealthy))),
        ["address"] = endpoint.Address,
    };

    /// <summary>A list of endpoints in a body; what is wrong goes to <paramref name="translation"/>.</summary>
    public static List<ServiceEndpoint> Read(JsonNode given, Translation translation)
    {
        var read = new List<ServiceEndpoint>();
        if (given is not JsonArray list)
        {
            translation.Report("endpoints", "expected a list of endpoints");
            return read;
        }
        for (var i = 0; i < list.Count; i++)
        {
            if (ReadOne(list[i], (field, problem) => translation.Report($"endpoints[{i}]{(field.Length > 0 ? "." + field : "")}", problem)) is not { } endpoint)
                continue;
            if (read.Exists(e => e.Address == endpoint.Address))
                translation.Report($"endpoints[{i}]", $"{endpoint.Address} stands in the list already");
            read.Add(endpoint);
        }
        return read;
    }

    /// <summary>One endpoint of a body, without its id; null when it is none.</summary>
    public static ServiceEndpoint? ReadOne(JsonNode? given, Action<string, string> report)
    {
        if (given is not JsonObject endpoint)
        {
            report("", "expected an object with host and port");
            return null;
        }
        var wrong = false;
        void Wrong(string field, string problem)
        {
            wrong = true;
            report(field, problem);
        }
        foreach (var (name, _) in endpoint)
            if (name is not ("id" or "host" or "port" or "address" or "weight" or "healthy" or "created_at"))
                Wrong(name, "unknown field; these are: host, port, address, weight");
        var address = Text(endpoint["address"]);
        var host = Text(endpoint["host"]);
        var port = Number(endpoint["port"]);
        if (endpoint["address"] is not null && address is null)
            Wrong("address", "expected a string");
        if (endpoint["host"] is not null && (host is null || host.Length == 0 || host.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '/' or '?' or '#' or '@')))
            Wrong("host", "expected a host name or IP address");
        if (endpoint["port"] is not null && port is not (>= 1 and <= 65535))
            Wrong("port", "expected a whole number from 1 to 65535");
        if (address is null && host is null)
            Wrong("host", "required field missing");
        if (address is null && host is not null && endpoint["port"] is null)
            Wrong("port", "required field missing");
        var weight = endpoint["weight"] is null ? DefaultWeight : Number(endpoint["weight"]);
        if (weight is not (>= 0 and <= 65535))
            Wrong("weight", "expected a whole number from 0 to 65535");
        if (wrong)
            return null;
        var joined = host is null || port is null ? null : Join(host, (int)port);
        if (address is not null && joined is not null && address != joined)
        {
            Wrong("address", "says something else than 'host' and 'port'; leave one of them out");
            return null;
        }
        return new ServiceEndpoint(Guid.Empty, address ?? joined!, (int)weight!);
    }

    /// <summary>As the service's own field.</summary>
    public static JsonArray Stored(IEnumerable<ServiceEndpoint> endpoints) =>
        new([.. endpoints.Select(e => (JsonNode)new JsonObject { ["address"] = e.Address, ["weight"] = e.Weight })]);

    /// <summary>Makes <paramref name="endpoints"/> the targets of an upstream.</summary>
    public static EditResult ReplaceTargets(EditResult result, ConfigurationObject upstream, IReadOnlyList<ServiceEndpoint> endpoints)
    {
        var tree = result.Tree!;
        var left = tree.ReferringTo(upstream, Targets).ToList();
        var problems = new List<EditProblem>();
        for (var i = 0; i < endpoints.Count; i++)
        {
            var known = left.Find(t => ((TargetConfig)t.Record).Target == endpoints[i].Address);
            if (known is not null)
                left.Remove(known);
            var body = new JsonObject { ["target"] = endpoints[i].Address, ["weight"] = endpoints[i].Weight, ["upstream"] = new JsonObject { ["id"] = upstream.Id.ToString() } };
            var made = known is null ? tree.Insert(Targets, body)
                : ((TargetConfig)known.Record).Weight == endpoints[i].Weight ? new EditResult { Tree = tree }
                : tree.Patch(Targets, known.Id.ToString(), new JsonObject { ["weight"] = endpoints[i].Weight });
            problems.AddRange(made.Problems.Select(p => p with { Field = $"endpoints[{i}]" }));
            tree = made.Tree ?? tree;
        }
        foreach (var gone in left)
            tree = tree.Delete(gone).Tree!;
        return problems.Count > 0 ? new EditResult { Problems = problems } : result with { Tree = tree };
    }

    /// <summary>Adds or removes one endpoint of a stored service by replacing the list.</summary>
    public static EditResult Replace(ConfigurationTree tree, ConfigurationObject service, IReadOnlyList<ServiceEndpoint> endpoints)
    {
        var stored = service.ToJson();
        if (Services.UpstreamOf(tree, stored) is { } upstream)
            return ReplaceTargets(new EditResult { Tree = tree, Object = service }, upstream, endpoints);
        var patch = new JsonObject { ["endpoints"] = Stored(endpoints) };

        // With a host beside it, an empty list would mean that host.
        if (endpoints.Count == 0)
            patch["host"] = null;
        return tree.Patch(EntityKind.ByName["services"], service.Id.ToString(), patch);
    }

    public static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static long? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<long>(out var number) ? number : null;

    private static string HostOf(ConfigurationObject service) => ((ServiceConfig)service.Record).Host;

    private static string Join(string host, int port) =>
        host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[') ? $"[{host}]:{port}" : string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");

    /// <summary>The same address of the same service has the same id.</summary>
    private static ServiceEndpoint Derived(ConfigurationObject service, string address, int weight)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{service.Id} {address}"));
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new ServiceEndpoint(new Guid(hash.AsSpan(0, 16), bigEndian: true), address, weight);
    }
}

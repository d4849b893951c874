using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Sluice.Workflows.Connections.Kinds;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Jwt;

namespace Sluice.Workflows.Nodes.Webhook;

/// <summary>Who calls a webhook.</summary>
/// <param name="Address">The address of the client.</param>
/// <param name="Header">Gives a header field by its name; null where the call has none.</param>
public readonly record struct WebhookCaller(IPAddress Address, Func<string, string?> Header);

/// <summary>Whether a call is let in.</summary>
/// <param name="Refusal">0 when it is, or else the status of the answer: 401, 403, or 500 where nothing is known to check it with.</param>
public readonly record struct WebhookEntry(int Refusal)
{
    /// <summary>The claims of the token that the call showed; undefined when it needs none.</summary>
    public JsValue JwtPayload { get; init; }

    /// <summary>The header field whose value is the webhook's secret, which no history may hold; null for none.</summary>
    public string? SecretHeader { get; init; }
}

/// <summary>Who may call a webhook as the node's own parameters say it; the plugins of the route have let the call in before.</summary>
public sealed partial class WebhookGuard
{
    private readonly string _authentication;
    private readonly ConnectionReference? _connection;
    private readonly bool _ignoresBots;
    private readonly IReadOnlyList<IPNetwork>? _addresses;

    internal WebhookGuard(WebhookParameters parameters, NodeSetup setup)
    {
        _authentication = parameters.Authentication;
        _connection = _authentication switch
        {
            "basicAuth" => ConnectionReference.OfAny(setup, ["basic-auth"]),
            "headerAuth" => ConnectionReference.OfAny(setup, ["header"]),
            "bearerAuth" => ConnectionReference.OfAny(setup, ["bearer"]),
            "jwtAuth" => ConnectionReference.OfAny(setup, ["jwt"]),
            _ => null,
        };
        _ignoresBots = parameters.Options.IgnoreBots;
        _addresses = Addresses(parameters.Options.IpWhitelist, setup);
    }

    /// <summary>Decides about a call, before its body is read.</summary>
    /// <param name="tenant">Whose the workflow is.</param>
    public async ValueTask<WebhookEntry> AdmitAsync(WebhookCaller caller, NodeServices services, string tenant, CancellationToken cancel)
    {
        var address = caller.Address.IsIPv4MappedToIPv6 ? caller.Address.MapToIPv4() : caller.Address;
        if (_addresses is not null && !_addresses.Any(a => a.Contains(address))) return new(403);
        if (_ignoresBots && caller.Header("User-Agent") is { } agent && Bot().IsMatch(agent)) return new(403);
        if (_authentication is "none") return new(0);
        if (_connection is null) return new(500);
        try
        {
            return _authentication switch
            {
                "basicAuth" => Basic(caller, await _connection.FieldsAsync<BasicAuthConnection>(services, tenant, cancel)),
                "headerAuth" => Field(caller, await _connection.FieldsAsync<HeaderConnection>(services, tenant, cancel)),
                "bearerAuth" => Bearer(caller, await _connection.FieldsAsync<BearerConnection>(services, tenant, cancel)),
                _ => Token(caller, await _connection.FieldsAsync<JwtConnection>(services, tenant, cancel), services.Time),
            };
        }
        catch (NodeException)
        {
            return new(500);
        }
    }

    private static WebhookEntry Basic(WebhookCaller caller, BasicAuthConnection expected)
    {
        if (expected.User.Length == 0 || expected.Password.Length == 0) return new(500);
        if (caller.Header("Authorization") is not { Length: > 6 } given || !given.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return new(401);
        return Same(given[6..].Trim(), Convert.ToBase64String(Encoding.UTF8.GetBytes($"{expected.User}:{expected.Password}"))) ? new(0) { SecretHeader = "authorization" } : new(403);
    }

    private static WebhookEntry Field(WebhookCaller caller, HeaderConnection expected) =>
        caller.Header(expected.Name) is { } given && Same(given, expected.Value) ? new(0) { SecretHeader = expected.Name.ToLowerInvariant() } : new(403);

    private static WebhookEntry Bearer(WebhookCaller caller, BearerConnection expected) =>
        caller.Header("Authorization") is { } given && Same(given, "Bearer " + expected.Token) ? new(0) { SecretHeader = "authorization" } : new(403);

    private static WebhookEntry Token(WebhookCaller caller, JwtConnection expected, TimeProvider time)
    {
        if (caller.Header("Authorization")?.Split(' ') is not [_, { Length: > 0 } given, ..]) return new(401);
        using var key = JwtKey.Of(expected, null, forSigning: false);
        try
        {
            var token = JwtToken.Read(given, 0);
            token.Verify(key, 0);
            token.VerifyTimes(time.GetUtcNow(), 0);
            return new(0) { JwtPayload = token.Claims };
        }
        catch (NodeException)
        {
            return new(403);
        }
    }

    private static bool Same(string given, string expected) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));

    /// <summary>As n8n has it, an entry that is no address allows nobody.</summary>
    private static List<IPNetwork>? Addresses(string? list, NodeSetup setup)
    {
        if (string.IsNullOrWhiteSpace(list)) return null;
        var networks = new List<IPNetwork>();
        foreach (var entry in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IPAddress.TryParse(entry, out var one)) networks.Add(new IPNetwork(one, one.GetAddressBytes().Length * 8));
            else if (IPNetwork.TryParse(entry, out var network)) networks.Add(network);
            else setup.Warn("options.ipWhitelist", $"'{entry}' is no address and allows nobody");
        }

        return networks;
    }

    /// <summary>Programs that say so: crawlers, link previews, monitors, and libraries that fetch pages.</summary>
    [GeneratedRegex("bot|crawl|spider|slurp|preview|scrape|fetch|facebookexternalhit|whatsapp|embedly|headless|lighthouse|pingdom|uptime|monitor|^curl/|^wget/|python-requests|go-http-client|^java/|libwww", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Bot();
}

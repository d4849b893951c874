using System.Formats.Asn1;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authentication;
using Sluice.Gateway.Replaying;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Plugins.LdapAuth;

/// <summary>Asks a directory whether the password that the caller shows is the user's.</summary>
internal sealed partial class LdapAuthPlugin : AuthenticationPlugin
{
    private readonly LdapAuthConfig config;
    private readonly LdapServer server;
    private readonly LdapVerdicts verdicts;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly Answer unauthorized;

    public LdapAuthPlugin(LdapAuthConfig config, PluginSetup setup)
        : base(setup, config.Anonymous, runOnPreflight: true)
    {
        this.config = config;
        time = setup.Time;
        log = setup.Log;
        var security = config.Ldaps ? LdapSecurity.Tls : config.StartTls ? LdapSecurity.StartTls : LdapSecurity.None;
        string[] authorities = config.VerifyLdapHost && setup.Snapshot.Settings.TrustedCertificates is { } file ? [File.ReadAllText(file)] : [];
        var tls = new UpstreamTls(config.VerifyLdapHost, depth: null, authorities, certificate: null);
        var address = new LdapServerAddress(config.LdapHost, config.LdapPort, security, tls);
        var (timeout, keepAlive) = (TimeSpan.FromMilliseconds(config.Timeout), TimeSpan.FromMilliseconds(config.Keepalive));
        var lease = setup.Snapshot.Lease;
        var scope = (config.LdapHost.ToLowerInvariant(), config.LdapPort, security, tls.Identity);
        server = setup.Shared.Get((scope, timeout, keepAlive), lease, () => new LdapServer(address, timeout, keepAlive, setup.Time));
        verdicts = setup.Shared.Get((scope, config.BaseDn, config.Attribute, config.CacheTtl), lease, static () => new LdapVerdicts());
        var scheme = config.HeaderType is "ldap" ? "LDAP" : config.HeaderType;
        unauthorized = Answer.From(LdapAuthErrors.Unauthorized,
            new KeyValuePair<string, StringValues>("WWW-Authenticate", config.Realm is null ? scheme : $"{scheme} realm=\"{config.Realm}\""));
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<LdapAuthPlugin, LdapAuthConfig>((c, s) => new LdapAuthPlugin(c, s))
    {
        Name = "ldap-auth",
        Summary = "Callers show a user name and a password that an LDAP directory knows.",
        Authenticates = true,
        ConsumerScope = false,
    };

    internal override Recognition Recognize(Exchange recorded) => ShowsAuthorization(recorded) ? Recognition.Unclear : Recognition.Refused;

    protected override async ValueTask<Answer?> IdentifyAsync(Exchange exchange)
    {
        var headers = exchange.Request.Headers;
        var outcome = await TryAsync(exchange, headers["Proxy-Authorization"]);
        if (outcome == Outcome.Refused) outcome = await TryAsync(exchange, headers.Authorization);
        if (outcome == Outcome.Unavailable) return LdapAuthErrors.DirectoryUnavailable.Answer;
        if (outcome == Outcome.Refused) return unauthorized;
        if (!config.HideCredentials) return null;
        headers.Remove("Proxy-Authorization");
        headers.Remove("Authorization");
        return null;
    }

    private async ValueTask<Outcome> TryAsync(Exchange exchange, StringValues field)
    {
        if (field.Count == 0 || Read(field[0]) is not { } shown) return Outcome.Refused;
        var name = $"{config.Attribute}={DistinguishedName.Escape(shown.Username)},{config.BaseDn}";
        var pair = verdicts.KeyOf(name, shown.Password);
        if (verdicts.Find(pair, time.GetTimestamp()) is not { } good)
        {
            var answered = await AskAsync(name, shown.Password);
            if (exchange.Loop is { } loop) await loop.SwitchTo();
            if (answered is not { } answer) return Outcome.Unavailable;
            good = answer;
            verdicts.Add(pair, good, time.GetTimestamp() + (long)(config.CacheTtl * time.TimestampFrequency));
        }

        if (!good) return Outcome.Refused;
        KnownWithoutConsumer(exchange, LdapCredential.Of(name, shown.Username), FieldText.Of(shown.Username));
        return Outcome.Accepted;
    }

    /// <summary>Whether the directory takes the password; null when it cannot be asked.</summary>
    private async Task<bool?> AskAsync(string name, byte[] password)
    {
        try
        {
            var result = await server.BindAsync(name, password);
            if (!result.IsServerTrouble) return result.Code == LdapResult.Success;
            ServerTrouble(log, config.LdapHost, config.LdapPort, result.Code, result.Diagnostic);
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException or AsnContentException or OperationCanceledException)
        {
            Unreachable(log, config.LdapHost, config.LdapPort, e is OperationCanceledException ? "it took too long" : e.Message);
        }

        return null;
    }

    /// <summary>What follows the scheme; a password must not be empty, because directories take an empty one for nobody's (RFC 4513, 5.1.2).</summary>
    private BasicCredentials? Read(string? value)
    {
        var text = value.AsSpan().TrimStart();
        if (!text.StartsWith(config.HeaderType, StringComparison.OrdinalIgnoreCase)) return null;
        text = text[config.HeaderType.Length..];
        if (text.IsEmpty || !char.IsWhiteSpace(text[0]) || NginxBase64.Decode(text.TrimStart()) is not { } bytes) return null;
        var colon = bytes.AsSpan().IndexOf((byte)':');
        return colon > 0 && colon + 1 < bytes.Length ? new BasicCredentials(Encoding.UTF8.GetString(bytes.AsSpan(0, colon)), bytes[(colon + 1)..]) : null;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The directory at {Host}:{Port} cannot be asked: {Reason}")]
    private static partial void Unreachable(ILogger log, string host, int port, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The directory at {Host}:{Port} is in trouble (code {Code}): {Diagnostic}")]
    private static partial void ServerTrouble(ILogger log, string host, int port, int code, string diagnostic);

    private enum Outcome { Refused, Accepted, Unavailable }
}

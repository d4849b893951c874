using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authentication;
using Sluice.Gateway.Replaying;

namespace Sluice.Gateway.Plugins.BasicAuth;

/// <summary>Finds the consumer by the user name and the password that the caller shows.</summary>
internal sealed class BasicAuthPlugin : AuthenticationPlugin
{
    private readonly BasicAuthConfig config;
    private readonly BasicAuthIndex passwords;
    private readonly Answer unauthorized;

    public BasicAuthPlugin(BasicAuthConfig config, PluginSetup setup)
        : base(setup, config.Anonymous, runOnPreflight: true)
    {
        this.config = config;
        passwords = setup.Snapshot.Derived(s => new BasicAuthIndex(s.Document));
        unauthorized = Answer.From(BasicAuthErrors.Unauthorized, new KeyValuePair<string, StringValues>("WWW-Authenticate", $"Basic realm=\"{config.Realm}\""));
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<BasicAuthPlugin, BasicAuthConfig>((c, s) => new BasicAuthPlugin(c, s))
    {
        Name = "basic-auth",
        Summary = "Callers show the user name and the password of a consumer.",
        Authenticates = true,
        ConsumerScope = false,
    };

    protected override ValueTask<Answer?> IdentifyAsync(Exchange exchange)
    {
        // A name that nobody has in the one field leaves the other to be looked at; a wrong password does not.
        if (Take(exchange, "Proxy-Authorization") is not { } shown || passwords.Find(shown.Username) is not { } found)
        {
            if (Take(exchange, "Authorization") is not { } second || passwords.Find(second.Username) is not { } other) return new(unauthorized);
            (shown, found) = (second, other);
        }

        if (!found.Accepts(shown.Password)) return new(unauthorized);
        Known(exchange, found, found.UsernameField);
        return default;
    }

    internal override Recognition Recognize(Exchange recorded) => ShowsAuthorization(recorded, "basic") ? Recognition.Unclear : Recognition.Refused;

    private BasicCredentials? Take(Exchange exchange, string field)
    {
        var headers = exchange.Request.Headers;
        if (!headers.TryGetValue(field, out var values) || values.Count == 0) return null;
        if (config.HideCredentials) headers.Remove(field);
        return BasicCredentials.Read(values[0]);
    }
}

using Sluice.Gateway.Configuration;

namespace Sluice.Gateway.Tests.Plugins;

/// <summary>Documents for plugin tests.</summary>
internal static class TestDocuments
{
    /// <summary>Consumers by username, with the credentials that <paramref name="credentials"/> makes for each.</summary>
    public static GatewayDocument Of(string[] usernames, Func<ConsumerConfig, IEnumerable<CredentialConfig>> credentials)
    {
        var consumers = usernames.Select(u => new ConsumerConfig { Id = IdOf(u), Username = u }).ToList();
        return new GatewayDocument
        {
            Consumers = consumers,
            Credentials = [.. consumers.SelectMany(c => credentials(c).Select(x => x with { Consumer = new Reference(c.Id) }))],
        };
    }

    /// <summary>An id that is always the same for the same name.</summary>
    public static Guid IdOf(string name) => new(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));
}

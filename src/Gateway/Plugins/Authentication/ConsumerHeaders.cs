using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Plugins.Authentication;

/// <summary>
/// The request fields that tell the upstream who calls. Whatever the client sent under these names is replaced or removed, so that an upstream
/// behind an authentication plugin may believe them.
/// </summary>
internal static class ConsumerHeaders
{
    public const string ConsumerId = "X-Consumer-ID";
    public const string ConsumerCustomId = "X-Consumer-Custom-ID";
    public const string ConsumerUsername = "X-Consumer-Username";
    public const string CredentialIdentifier = "X-Credential-Identifier";
    public const string AnonymousConsumer = "X-Anonymous-Consumer";

    /// <param name="headers">The request's fields.</param>
    /// <param name="consumer">Who calls.</param>
    /// <param name="identifier">What names the credential that was shown; null for an anonymous caller.</param>
    public static void Set(IHeaderDictionary headers, ConsumerModel consumer, string? identifier)
    {
        headers[ConsumerId] = consumer.IdText;
        SetOrRemove(headers, ConsumerCustomId, consumer.CustomIdField);
        SetOrRemove(headers, ConsumerUsername, consumer.UsernameField);
        SetOrRemove(headers, CredentialIdentifier, identifier);
        SetOrRemove(headers, AnonymousConsumer, identifier is null ? "true" : null);
    }

    /// <summary>Nobody was asked who calls, so that the client must not say so itself.</summary>
    public static void Remove(IHeaderDictionary headers)
    {
        headers.Remove(ConsumerId);
        headers.Remove(ConsumerCustomId);
        headers.Remove(ConsumerUsername);
        headers.Remove(CredentialIdentifier);
        headers.Remove(AnonymousConsumer);
    }

    private static void SetOrRemove(IHeaderDictionary headers, string name, string? value)
    {
        if (value is null) headers.Remove(name);
        else headers[name] = value;
    }
}

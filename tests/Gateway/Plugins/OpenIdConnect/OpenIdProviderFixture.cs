using Sluice.Tests.Servers;

namespace Sluice.Gateway.Tests.Plugins.OpenIdConnect;

/// <summary>One provider for all tests of a class.</summary>
public sealed class OpenIdProviderFixture : IAsyncLifetime
{
    public OpenIdProviderServer Server { get; } = new("http://gateway.test/callback");

    public async ValueTask InitializeAsync()
    {
        if (OpenIdProviderServer.IsPossible) await Server.StartAsync();
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

using System.Buffers.Text;
using System.Security.Cryptography;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Authentication;

/// <summary>What cookies are sealed with where no secret is configured; the same until the process ends.</summary>
internal sealed class MadeUpSecret
{
    private readonly string text = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static string For(PluginSetup setup) => setup.Shared.Get(nameof(MadeUpSecret), setup.Snapshot.Lease, static () => new MadeUpSecret()).text;
}

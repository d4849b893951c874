using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Validating;

/// <summary>Checks bodies: small ones where they are, large ones off the event loop, which others wait for.</summary>
internal static class LargeBodies
{
    /// <summary>The largest body that is read to be checked, unless a plugin's configuration says less.</summary>
    public const int MaxBody = 16 * 1024 * 1024;

    private const int Small = 16 * 1024;

    /// <param name="exchange">The request that it belongs to.</param>
    /// <param name="body">The body.</param>
    /// <param name="check">What is wrong with it.</param>
    /// <param name="isCostly">Small ones may take long too.</param>
    public static async ValueTask<T> CheckAsync<T>(Exchange exchange, byte[] body, Func<byte[], T> check, bool isCostly = false)
    {
        if (body.Length <= Small && !isCostly) return check(body);
        var found = await Task.Run(() => check(body));
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        return found;
    }
}

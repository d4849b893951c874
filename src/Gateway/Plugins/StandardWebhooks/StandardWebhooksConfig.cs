using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Plugins.StandardWebhooks;

/// <summary>Lets webhook calls pass that are signed as standardwebhooks.com describes.</summary>
internal sealed record StandardWebhooksConfig
{
    /// <summary>The secret that calls are signed with; its text as it stands, not what it may stand for in base64.</summary>
    [Required, Secret]
    public string SecretV1 { get; init; } = "";

    /// <summary>Seconds that a call may be old.</summary>
    [Between(0, long.MaxValue)]
    public long ToleranceSecond { get; init; } = 300;
}

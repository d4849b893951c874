using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Plugins.AzureFunctions;

/// <summary>Which function is called, and how.</summary>
internal sealed record AzureFunctionsConfig
{
    /// <summary>Milliseconds for a call.</summary>
    public double Timeout { get; init; } = 600000;

    /// <summary>Milliseconds for which an idle connection is kept.</summary>
    public double Keepalive { get; init; } = 60000;

    /// <summary>Whether to speak TLS.</summary>
    public bool Https { get; init; } = true;

    /// <summary>Whether the server is verified.</summary>
    public bool HttpsVerify { get; init; }

    /// <summary>The function's key; sent in place of a client's own.</summary>
    [Secret]
    public string? Apikey { get; init; }

    /// <summary>The name of that key.</summary>
    [Secret]
    public string? Clientid { get; init; }

    /// <summary>The name of the app.</summary>
    [Required]
    public string Appname { get; init; } = "";

    /// <summary>The domain of the app.</summary>
    public string Hostdomain { get; init; } = "azurewebsites.net";

    /// <summary>What stands before the function's name in its path.</summary>
    [AllowEmpty]
    public string Routeprefix { get; init; } = "api";

    /// <summary>The name of the function.</summary>
    [Required]
    public string Functionname { get; init; } = "";
}

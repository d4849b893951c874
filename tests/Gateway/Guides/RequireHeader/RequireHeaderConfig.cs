using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Plugins.RequireHeader;

/// <summary>Which header field a request must carry.</summary>
internal sealed record RequireHeaderConfig
{
    /// <summary>The name of the field.</summary>
    [Required, Length(1, 100)]
    public string Header { get; init; } = "";

    /// <summary>The values allowed; any when empty.</summary>
    public IReadOnlyList<string> Allowed { get; init; } = [];

    /// <summary>The status of the refusal.</summary>
    [Between(400, 499)]
    public int Status { get; init; } = 400;
}

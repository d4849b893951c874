using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Plugins.JsonThreatProtection;

/// <summary>How large and how complicated JSON in requests may be.</summary>
internal sealed record JsonThreatProtectionConfig
{
    /// <summary>The largest body in bytes; -1 for no limit but that of the gateway (64 MiB).</summary>
    [Between(-1, int.MaxValue)]
    public int MaxBodySize { get; init; } = 8192;

    /// <summary>The most objects and arrays inside each other; -1 for any number.</summary>
    [Between(-1, int.MaxValue)]
    public int MaxContainerDepth { get; init; } = -1;

    /// <summary>The most entries of an object; -1 for any number.</summary>
    [Between(-1, int.MaxValue)]
    public int MaxObjectEntryCount { get; init; } = -1;

    /// <summary>The most characters in the name of an object's entry; -1 for any number.</summary>
    [Between(-1, int.MaxValue)]
    public int MaxObjectEntryNameLength { get; init; } = -1;

    /// <summary>The most elements of an array; -1 for any number.</summary>
    [Between(-1, int.MaxValue)]
    public int MaxArrayElementCount { get; init; } = -1;

    /// <summary>The most characters of a string; -1 for any number.</summary>
    [Between(-1, int.MaxValue)]
    public int MaxStringValueLength { get; init; } = -1;

    /// <summary>Whether an object may have two entries of one name.</summary>
    public bool AllowDuplicateObjectEntryName { get; init; } = true;

    /// <summary>Whether requests whose Content-Type is not JSON pass unlooked at.</summary>
    public bool AllowNonJsonRequests { get; init; }

    /// <summary>Whether a request that breaks a limit is refused or only noted in the log.</summary>
    [OneOf("block", "log_only")]
    public string EnforcementMode { get; init; } = "block";

    /// <summary>The status of the refusal.</summary>
    [Between(400, 499)]
    public int ErrorStatusCode { get; init; } = 400;

    /// <summary>The message of the refusal.</summary>
    public string ErrorMessage { get; init; } = "Bad Request";
}

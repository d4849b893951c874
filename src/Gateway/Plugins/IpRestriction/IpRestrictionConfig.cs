using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Plugins.IpRestriction;

/// <summary>Which client addresses may pass. At least one of the two lists must be given; <c>deny</c> is looked at first.</summary>
internal sealed record IpRestrictionConfig : IChecked
{
    /// <summary>Only these addresses and CIDR blocks pass.</summary>
    public IReadOnlyList<string>? Allow { get; init; }

    /// <summary>These addresses and CIDR blocks do not pass.</summary>
    public IReadOnlyList<string>? Deny { get; init; }

    /// <summary>The status of refusals.</summary>
    [Between(100, 599)]
    public int? Status { get; init; }

    /// <summary>The message of refusals; <c>IP address not allowed: ADDRESS</c> when absent.</summary>
    public string? Message { get; init; }

    public void Check(Action<string, string> report)
    {
        if (Allow is not { Count: > 0 } && Deny is not { Count: > 0 }) report("", "at least one of these fields must be non-empty: 'config.allow', 'config.deny'");
        CheckList("allow", Allow);
        CheckList("deny", Deny);

        void CheckList(string field, IReadOnlyList<string>? blocks)
        {
            for (var i = 0; i < blocks?.Count; i++)
                if (!AddressRanges.TryParse(blocks[i], out _))
                    report($"{field}[{i}]", $"invalid ip or cidr range: '{blocks[i]}'");
        }
    }
}

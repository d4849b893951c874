using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Plugins.Acl;

/// <summary>Which consumers may pass, by the names of the groups (<c>acls</c>) that they are in. Exactly one of the two lists must be given.</summary>
internal sealed record AclConfig : IChecked
{
    /// <summary>Only members of one of these groups pass.</summary>
    public IReadOnlyList<string>? Allow { get; init; }

    /// <summary>Members of one of these groups do not pass.</summary>
    public IReadOnlyList<string>? Deny { get; init; }

    /// <summary>Whether the upstream is not told the consumer's groups in <c>X-Consumer-Groups</c>.</summary>
    public bool HideGroupsHeader { get; init; }

    /// <summary>Kong: whether groups that an authentication plugin brings along come before the consumer's own.</summary>
    [NoEffect("no plugin that is built brings groups along")]
    public bool AlwaysUseAuthenticatedGroups { get; init; }

    /// <summary>Whether the names of the consumer groups that the consumer is in count too.</summary>
    public bool IncludeConsumerGroups { get; init; }

    public void Check(Action<string, string> report)
    {
        if (Allow is { Count: > 0 } == Deny is { Count: > 0 }) report("", "exactly one of these fields must be non-empty: allow, deny");
    }
}

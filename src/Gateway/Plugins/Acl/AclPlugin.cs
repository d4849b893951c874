using System.Collections.Frozen;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Plugins.Acl;

/// <summary>Lets consumers pass or not by their groups.</summary>
internal sealed class AclPlugin : Plugin
{
    private const string GroupsHeader = "X-Consumer-Groups";

    private readonly AclConfig config;
    private readonly bool denies;
    private readonly FrozenSet<string> groups;

    public AclPlugin(AclConfig config)
    {
        this.config = config;
        denies = config.Deny is { Count: > 0 };
        groups = (denies ? config.Deny : config.Allow ?? [])!.ToFrozenSet(StringComparer.Ordinal);
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<AclPlugin, AclConfig>((c, _) => new AclPlugin(c))
    {
        Name = "acl",
        Summary = "Lets consumers pass or not by the groups they are in.",
        ConsumerScope = false,
    };

    public override ValueTask<Verdict> AuthorizeAsync(Exchange exchange)
    {
        if (exchange.Consumer is not { } consumer) return Verdict.Stop(AclErrors.Unauthorized.Answer);
        if (IsIn(consumer) == denies) return Verdict.Stop(exchange.Credential is null ? AclErrors.Unauthorized.Answer : AclErrors.Forbidden.Answer);
        if (!config.HideGroupsHeader) exchange.Request.Headers[GroupsHeader] = TextOf(consumer);
        return Verdict.Continue;
    }

    private bool IsIn(ConsumerModel consumer)
    {
        foreach (var group in consumer.AclGroups)
            if (groups.Contains(group))
                return true;
        if (config.IncludeConsumerGroups)
            foreach (var group in consumer.Groups)
                if (groups.Contains(group.Name))
                    return true;
        return false;
    }

    private string TextOf(ConsumerModel consumer) =>
        config.IncludeConsumerGroups && consumer.Groups.Count > 0
            ? FieldText.Of(string.Join(", ", consumer.AclGroups.Concat(consumer.Groups.Select(g => g.Name))))
            : consumer.AclGroupsField;
}

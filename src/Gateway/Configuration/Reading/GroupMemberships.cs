using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Configuration.Reading;

/// <summary>
/// Which consumer is in which group. Files say it in three ways: <c>consumers[].groups</c>, <c>consumer_groups[].consumers</c> and the list
/// <c>consumer_group_consumers</c>.
/// </summary>
internal sealed class GroupMemberships
{
    private readonly EntityIndex _index;
    private readonly List<Problem> _problems;
    private readonly Dictionary<Guid, List<Reference>> _groups = [];

    public GroupMemberships(EntityIndex index, List<Problem> problems)
    {
        _index = index;
        _problems = problems;
        foreach (var item in index.Items)
        {
            if (item.Kind.Record == typeof(ConsumerConfig) && item.Node["groups"] is { IsNull: false } groups)
                foreach (var group in Resolve(groups, item, "groups", "consumer_groups", "name"))
                    Join(item.Id, group);
            else if (item.Kind.Record == typeof(ConsumerGroupConfig) && item.Node["consumers"] is { IsNull: false } members)
                foreach (var consumer in Resolve(members, item, "consumers", "consumers", "username"))
                    Join(consumer, item.Id);
        }
    }

    /// <summary>The groups of <paramref name="consumer"/>.</summary>
    public IReadOnlyList<Reference> Of(EntityItem consumer) => _groups.TryGetValue(consumer.Id, out var groups) ? groups : [];

    /// <summary>Takes in lists of <c>{consumer, consumer_group}</c>.</summary>
    public void Add(IReadOnlyList<MapEntry> lists)
    {
        foreach (var list in lists)
            foreach (var pair in (list.Value as ListNode)?.Items ?? [])
            {
                if ((pair as MapNode)?["consumer"] is { } who && (pair as MapNode)?["consumer_group"] is { } where
                    && Find(who, "consumers", "username") is { } consumer && Find(where, "consumer_groups", "name") is { } group)
                    Join(consumer, group);
                else
                    _problems.Add(new Problem(pair.Place, "document", list.Name, "expected a map with 'consumer' and 'consumer_group', each the name or id of one in this file"));
            }
    }

    private void Join(Guid consumer, Guid group)
    {
        if (!_groups.TryGetValue(consumer, out var groups))
            _groups[consumer] = groups = [];
        var reference = new Reference(group);
        if (!groups.Contains(reference))
            groups.Add(reference);
    }

    private IEnumerable<Guid> Resolve(DocumentNode list, EntityItem owner, string field, string kind, string key)
    {
        if (list is not ListNode { Items: var items })
        {
            _problems.Add(new Problem(list.Place, owner.Describe(), field, $"expected a list, not {list.Describe()}"));
            yield break;
        }
        for (var i = 0; i < items.Count; i++)
        {
            if (Find(items[i], kind, key) is { } found)
                yield return found;
            else
                _problems.Add(new Problem(items[i].Place, owner.Describe(), $"{field}[{i}]", $"expected the {key} or id of a {EntityKind.ByName[kind].Singular} in this file"));
        }
    }

    private Guid? Find(DocumentNode node, string kind, string key) =>
        (node is MapNode map ? map.Text("id") ?? map.Text(key) : (node as ScalarNode)?.Text) is { } name ? _index.Find(kind, name) : null;
}

namespace Sluice.Foundation.Schema;

/// <summary>A partial map over a whole one, as a PATCH means it: nested records field by field, everything else replaced.</summary>
public static class RecordMerge
{
    /// <param name="type">The record that both are maps of.</param>
    /// <param name="whole">In the record's own field names.</param>
    /// <param name="patch">The fields to change; older names are understood. Null is kept, and gives the field its default when it is bound.</param>
    public static MapNode Apply(Type type, MapNode whole, MapNode patch)
    {
        var plan = RecordPlan.For(type);
        if (plan.Shorthands.Count > 0)
            patch = Shorthand.Expand(patch, plan.Shorthands);
        foreach (var entry in patch.Entries)
        {
            var field = plan.Find(entry.Name);
            var name = field?.Name ?? entry.Name;

            // What has no empty constructor is no record but one value with a reader of its own: a reference to another object.
            var merged = field?.Value is NestedPlan nested && nested.Type.GetConstructor(Type.EmptyTypes) is not null && entry.Value is MapNode inner && whole[name] is MapNode before
                ? Apply(nested.Type, before, inner)
                : entry.Value;
            whole = whole.With(name, merged);
        }
        return whole;
    }
}

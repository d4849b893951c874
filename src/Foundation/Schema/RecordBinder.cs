namespace Sluice.Foundation.Schema;

/// <summary>A map of a document to a configuration record: names, types, bounds and the record's own rules, with every problem reported.</summary>
public static class RecordBinder
{
    /// <summary>
    /// The record, or null when it has errors, which are in <paramref name="binding"/> then.
    /// <paramref name="presets"/> are properties (by their C# names) that the caller knows: they count as given.
    /// </summary>
    public static object? Bind(Type type, MapNode map, Binding binding, IReadOnlyList<(string Property, object? Value)>? presets = null)
    {
        var plan = RecordPlan.For(type);
        var errorsBefore = binding.Errors;
        var skipped = binding.Outermost ? binding.Skipped : null;
        var record = plan.Create();
        var given = new bool[plan.Fields.Count];
        foreach (var (property, value) in presets ?? [])
        {
            plan.Set(record, property, value);
            foreach (var field in plan.Fields)
                given[field.Index] |= string.Equals(field.Property.Name, property, StringComparison.Ordinal);
        }

        var unknown = 0;
        map = plan.Shorthands.Count > 0 ? Shorthand.Expand(map, plan.Shorthands) : map;
        foreach (var entry in map.Entries)
        {
            if (skipped?.Contains(entry.Name) == true)
                continue;
            binding.Enter(entry.Name);
            if (plan.Find(entry.Name) is { } field)
                ReadField(record, field, entry, map, given, binding);
            else
            {
                if (binding.UnknownFields == Errors.Severity.Error)
                    unknown++;
                binding.Report(entry.Place, "unknown field" + (binding.ExplainUnknown?.Invoke(entry.Name) ?? Naming.DidYouMean(entry.Name, plan.Fields.Select(f => f.Name))), binding.UnknownFields);
            }
            binding.Leave();
        }
        foreach (var field in plan.Fields)
            if (field.Required && !given[field.Index])
                binding.Report(map.Place, field.Name, "required field missing");

        // A field too many says nothing about the others.
        if (binding.Errors == errorsBefore + unknown && record is IChecked rules && !HasOpaque(map))
            rules.Check((field, message) => binding.Report(Locate(map, field), field, message));
        return binding.Errors == errorsBefore ? record : null;
    }

    private static void ReadField(object record, FieldPlan field, MapEntry entry, MapNode map, bool[] given, Binding binding)
    {
        var old = !string.Equals(field.Name, entry.Name, StringComparison.Ordinal);
        if (entry.Value.IsNull || (old && map[field.Name] is { IsNull: false }))
            return;
        if (entry.Value is ScalarNode { Opaque: true })
        {
            if (field.Property.PropertyType == typeof(string))
                field.Set(record, ((ScalarNode)entry.Value).Text);
        }
        else if (binding.Readers is not null && binding.Readers.TryGetValue(Nullable.GetUnderlyingType(field.Property.PropertyType) ?? field.Property.PropertyType, out var reader))
        {
            if (reader(field.Name, entry.Value, binding) is { } read)
                field.Set(record, read);
        }
        else if (binding.FieldReaders is not null && binding.FieldReaders.TryGetValue(field.Property.PropertyType, out var fieldReader))
        {
            if (fieldReader(field, entry.Value, binding) is { } read)
                field.Set(record, read);
        }
        else if (field.Value.TryRead(entry.Value, binding, inList: false, out var value))
            field.Set(record, value);
        given[field.Index] = true;
    }

    private static bool HasOpaque(MapNode map)
    {
        foreach (var entry in map.Entries)
            if (entry.Value is ScalarNode { Opaque: true })
                return true;
        return false;
    }

    /// <summary>Where the field of a dotted path stands, or the nearest thing around it.</summary>
    private static Errors.Place Locate(MapNode map, string path)
    {
        DocumentNode at = map;
        foreach (var part in path.Split(['.', '[', ']'], StringSplitOptions.RemoveEmptyEntries))
        {
            var next = at switch
            {
                MapNode m => m[part],
                ListNode l when int.TryParse(part, System.Globalization.CultureInfo.InvariantCulture, out var i) && i >= 0 && i < l.Items.Count => l.Items[i],
                _ => null,
            };
            if (next is null)
                break;
            at = next;
        }
        return at.Place;
    }
}

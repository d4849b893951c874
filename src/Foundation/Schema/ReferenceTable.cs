using System.Globalization;
using System.Text;

namespace Sluice.Foundation.Schema;

/// <summary>Markdown tables of the fields of records: the reference pages.</summary>
/// <param name="describeCustom">What the tables say of types that have a reader of their own.</param>
public sealed class ReferenceTable(IReadOnlyDictionary<Type, string>? describeCustom = null)
{
    /// <summary>The table of <paramref name="type"/> under a heading, and after it those of the records inside.</summary>
    public string Write(string heading, int level, Type type, IReadOnlySet<string>? leaveOut = null)
    {
        var text = new StringBuilder();
        Write(text, heading, level, type, leaveOut ?? new HashSet<string>(StringComparer.Ordinal), [type]);
        return text.ToString();
    }

    private void Write(StringBuilder text, string heading, int level, Type type, IReadOnlySet<string> leaveOut, HashSet<Type> seen)
    {
        var plan = RecordPlan.For(type);
        var defaults = plan.Create();
        text.Append('#', level).Append(' ').Append(heading).Append("\n\n");
        if (DocComments.Of(type) is { } summary)
            text.Append(summary).Append("\n\n");
        text.Append("| field | type | default | |\n|---|---|---|---|\n");
        var nested = new List<(string Heading, Type Type)>();
        foreach (var field in plan.Fields.Where(f => !leaveOut.Contains(f.Name)))
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{field.Name}` | {Escape(Describe(field.Value))} | {DefaultOf(field, defaults)} | {Escape(Remarks(field))} |\n");
            if (Inner(field.Value) is { } inner && seen.Add(inner))
                nested.Add(($"{heading}: `{field.Name}`", inner));
        }
        text.Append('\n');
        foreach (var (innerHeading, inner) in nested)
            Write(text, innerHeading, Math.Min(level + 1, 6), inner, new HashSet<string>(StringComparer.Ordinal), seen);
    }

    private Type? Inner(ValuePlan plan) => plan switch
    {
        NestedPlan => describeCustom?.ContainsKey(plan.Type) == true ? null : plan.Type,
        ListPlan list => Inner(list.Element),
        MapPlan map => Inner(map.Element),
        _ => null,
    };

    private string Describe(ValuePlan plan)
    {
        if (describeCustom is not null && describeCustom.TryGetValue(plan.Type, out var custom))
            return custom + (plan.Constraints.OneOf is { } values ? ": " + string.Join(", ", values.Select(Code)) : Bounds(plan.Constraints));
        return plan switch
        {
            ListPlan list => $"{(list.Constraints.Unique ? "set" : "list")} of {Describe(list.Element)}",
            MapPlan map => $"map of {Describe(map.Element)}",
            NestedPlan => "map",
            EnumPlan named => string.Join(", ", named.Names.Select(Code)),
            BooleanPlan => "boolean",
            GuidPlan => "UUID",
            IntegerPlan => "integer" + Bounds(plan.Constraints),
            NumberPlan => "number" + Bounds(plan.Constraints),
            TextPlan when plan.Constraints.OneOf is { } values => string.Join(", ", values.Select(Code)),
            TextPlan => "string",
            _ => "any",
        };
    }

    private static string Bounds(Constraints constraints) =>
        constraints.Between is { } between ? $", {Constraints.Show(between.Min)} to {Constraints.Show(between.Max)}"
        : constraints.GreaterThan is { } greater ? $", greater than {Constraints.Show(greater.Bound)}"
        : constraints.OneOfNumbers is { } numbers ? ": " + string.Join(", ", numbers)
        : "";

    private static string DefaultOf(FieldPlan field, object defaults) =>
        field.Required ? "required"
        : field.Property.GetValue(defaults) is { } value && JsonSchema.Default(value) is { } shown && shown.ToJsonString() is not "[]" ? Code(shown.ToJsonString().Trim('"').Replace("\",\"", ", ", StringComparison.Ordinal).Replace("[\"", "", StringComparison.Ordinal).Replace("\"]", "", StringComparison.Ordinal))
        : "";

    private static string Remarks(FieldPlan field)
    {
        var text = new StringBuilder(DocComments.Of(field.Property));
        if (field.Value.Constraints.Pattern is { } pattern)
            text.Append(text.Length > 0 ? " " : "").Append("Must be ").Append(pattern.Says).Append('.');
        if (field.Aliases.Count > 0)
            text.Append(text.Length > 0 ? " " : "").Append("Older name: ").AppendJoin(", ", field.Aliases.Select(Code)).Append('.');
        if (field.NoEffect is { } reason)
            text.Append(text.Length > 0 ? " " : "").Append("No effect: ").Append(reason).Append('.');
        return text.ToString();
    }

    private static string Code(string text) => $"`{text}`";

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}

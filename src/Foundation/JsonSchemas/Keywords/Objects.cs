using System.Collections.Frozen;
using System.Text.Json;

namespace Sluice.Foundation.JsonSchemas.Keywords;

/// <summary><c>properties</c>, <c>patternProperties</c> and <c>additionalProperties</c>.</summary>
internal sealed class MembersKeyword(FrozenDictionary<string, SchemaNode> named, (EcmaPattern Pattern, SchemaNode Schema)[] matching, SchemaNode? others) : Keyword
{
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into)
    {
        if (instance.ValueKind != JsonValueKind.Object) return true;
        var valid = true;

        // Each member is looked at, also one of a name that is given twice: nobody knows which of them the upstream takes.
        foreach (var member in instance.EnumerateObject())
        {
            var name = member.Name;
            var known = false;
            run.Into(name);
            if (named.TryGetValue(name, out var schema))
            {
                known = true;
                valid &= schema.Evaluate(member.Value, run, null);
            }

            foreach (var (pattern, matched) in matching)
            {
                if (!pattern.IsMatch(name, run)) continue;
                known = true;
                valid &= matched.Evaluate(member.Value, run, null);
            }

            if (!known && others is not null) valid &= others.Evaluate(member.Value, run, null);
            run.Out();
            if (known) into?.Add(name);
            if (!valid && run.Enough) return false;
        }

        if (others is not null) into?.AddAllNames();
        return valid;
    }
}

/// <summary><c>required</c>.</summary>
internal sealed class RequiredKeyword(string[] names) : Keyword
{
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into)
    {
        if (instance.ValueKind != JsonValueKind.Object) return true;
        foreach (var name in names)
            if (!instance.TryGetProperty(name, out _)) return run.Fail(Path, $"must have the member '{name}'");
        return true;
    }
}

/// <summary><c>propertyNames</c>.</summary>
internal sealed class NamesKeyword(SchemaNode schema) : Keyword
{
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into)
    {
        if (instance.ValueKind != JsonValueKind.Object) return true;
        foreach (var member in instance.EnumerateObject())
        {
            var name = JsonSerializer.SerializeToElement(member.Name);
            if (!schema.Holds(name, run, null)) return run.Fail(Path, $"must not have the member '{member.Name}', whose name is not allowed");
        }

        return true;
    }
}

/// <summary>What a member asks for when it is there: <c>dependentRequired</c>, <c>dependentSchemas</c>, formerly <c>dependencies</c>.</summary>
internal sealed class DependentKeyword((string Name, string[] Required, SchemaNode? Schema)[] dependencies) : Keyword
{
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into)
    {
        if (instance.ValueKind != JsonValueKind.Object) return true;
        var valid = true;
        foreach (var (name, required, schema) in dependencies)
        {
            if (!instance.TryGetProperty(name, out _)) continue;
            foreach (var other in required)
                if (!instance.TryGetProperty(other, out _)) valid = run.Fail(Path, $"must have the member '{other}' beside '{name}'");
            if (schema is not null) valid &= schema.Evaluate(instance, run, into);
            if (!valid && run.Enough) return false;
        }

        return valid;
    }
}

/// <summary><c>unevaluatedProperties</c>.</summary>
internal sealed class UnevaluatedMembersKeyword(SchemaNode schema) : Keyword
{
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into)
    {
        if (instance.ValueKind != JsonValueKind.Object) return true;
        var valid = true;
        foreach (var member in instance.EnumerateObject())
        {
            if (into!.Has(member.Name)) continue;
            run.Into(member.Name);
            valid &= schema.Evaluate(member.Value, run, null);
            run.Out();
            if (!valid && run.Enough) return false;
        }

        into!.AddAllNames();
        return valid;
    }
}

using System.Text.Json;

namespace Sluice.Foundation.JsonSchemas.Keywords;

/// <summary><c>allOf</c>.</summary>
internal sealed class AllOfKeyword(SchemaNode[] schemas) : Keyword
{
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into)
    {
        var valid = true;
        foreach (var schema in schemas)
        {
            valid &= schema.Evaluate(instance, run, into);
            if (!valid && run.Enough) return false;
        }

        return valid;
    }
}

/// <summary><c>anyOf</c>.</summary>
internal sealed class AnyOfKeyword(SchemaNode[] schemas) : Keyword
{
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into)
    {
        var valid = false;
        foreach (var schema in schemas)
        {
            valid |= schema.Holds(instance, run, into);
            if (valid && into is null) return true;
        }

        return valid || run.Fail(Path, "must be valid by at least one of the alternatives");
    }
}

/// <summary><c>oneOf</c>.</summary>
internal sealed class OneOfKeyword(SchemaNode[] schemas) : Keyword
{
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into)
    {
        var valid = 0;
        foreach (var schema in schemas)
        {
            if (schema.Holds(instance, run, into) && ++valid > 1) return run.Fail(Path, "must be valid by only one of the alternatives");
        }

        return valid == 1 || run.Fail(Path, "must be valid by one of the alternatives");
    }
}

/// <summary><c>not</c>.</summary>
internal sealed class NotKeyword(SchemaNode schema) : Keyword
{
    // What a schema has looked at that must not hold is nothing to anybody, but inside it that may be asked for.
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into) =>
        !schema.Holds(instance, run, null) || run.Fail(Path, "must not be valid by this schema");
}

/// <summary><c>if</c>, <c>then</c> and <c>else</c>.</summary>
internal sealed class ConditionKeyword(SchemaNode condition, SchemaNode? then, SchemaNode? otherwise) : Keyword
{
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into) =>
        (condition.Holds(instance, run, into) ? then : otherwise)?.Evaluate(instance, run, into) ?? true;
}

/// <summary><c>$ref</c>.</summary>
internal sealed class ReferenceKeyword(SchemaNode target) : Keyword
{
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into) => target.Evaluate(instance, run, into);
}

/// <summary><c>$dynamicRef</c> to a dynamic anchor: the outermost resource that has an anchor of that name decides.</summary>
internal sealed class DynamicReferenceKeyword(string anchor, SchemaNode target) : Keyword
{
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into)
    {
        foreach (var resource in run.Scope)
            if (resource.DynamicTargets.TryGetValue(anchor, out var outermost)) return outermost.Evaluate(instance, run, into);
        return target.Evaluate(instance, run, into);
    }
}

/// <summary><c>$recursiveRef</c> to a resource that says <c>$recursiveAnchor</c>.</summary>
internal sealed class RecursiveReferenceKeyword(SchemaNode target) : Keyword
{
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into)
    {
        foreach (var resource in run.Scope)
            if (resource.RecursiveTarget is { } outermost) return outermost.Evaluate(instance, run, into);
        return target.Evaluate(instance, run, into);
    }
}

using System.Text.Json;

namespace Sluice.Foundation.JsonSchemas.Keywords;

/// <summary>How many elements an array or members an object has.</summary>
internal sealed class CountKeyword(JsonValueKind of, long bound, bool upper) : Keyword
{
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into)
    {
        if (instance.ValueKind != of) return true;
        long count = of == JsonValueKind.Array ? instance.GetArrayLength() : instance.GetPropertyCount();
        return (upper ? count <= bound : count >= bound) || run.Fail(Path, $"must have at {(upper ? "most" : "least")} {bound} {(of == JsonValueKind.Array ? "elements" : "members")}");
    }
}

/// <summary><c>uniqueItems</c>.</summary>
internal sealed class UniqueKeyword : Keyword
{
    private const int MostAlike = 200;

    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into)
    {
        if (instance.ValueKind != JsonValueKind.Array || instance.GetArrayLength() < 2) return true;
        var seen = new Dictionary<int, List<JsonElement>>();
        foreach (var item in instance.EnumerateArray())
        {
            var hash = Equality.Hash(item);
            if (!seen.TryGetValue(hash, out var alike))
            {
                seen[hash] = [item];
                continue;
            }

            foreach (var other in alike)
                if (Equality.Same(item, other)) return run.Fail(Path, "must not have the same element twice");
            if (alike.Count == MostAlike) return run.GiveUp("has too many elements that are alike");
            alike.Add(item);
        }

        return true;
    }
}

/// <summary>The elements by their places: <c>prefixItems</c> and <c>items</c>, formerly <c>items</c> and <c>additionalItems</c>.</summary>
internal sealed class ItemsKeyword(SchemaNode[] first, SchemaNode? rest) : Keyword
{
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into)
    {
        if (instance.ValueKind != JsonValueKind.Array) return true;
        var index = 0;
        var valid = true;
        foreach (var item in instance.EnumerateArray())
        {
            var schema = index < first.Length ? first[index] : rest;
            if (schema is null) break;
            run.Into(index++);
            valid &= schema.Evaluate(item, run, null);
            run.Out();
            if (!valid && run.Enough) return false;
        }

        if (rest is not null) into?.AddAllItems();
        else into?.AddFirst(first.Length);
        return valid;
    }
}

/// <summary><c>contains</c> with <c>minContains</c> and <c>maxContains</c>.</summary>
internal sealed class ContainsKeyword(SchemaNode schema, long min, long max, bool counts) : Keyword
{
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into)
    {
        if (instance.ValueKind != JsonValueKind.Array) return true;
        long found = 0;
        var index = 0;
        foreach (var item in instance.EnumerateArray())
        {
            if (schema.Holds(item, run, null))
            {
                found++;
                if (counts) into?.Add(index);
            }

            index++;
            if (found > max) return run.Fail(Path, $"must contain at most {max} such elements");
        }

        return found >= min || run.Fail(Path, min == 1 ? "must contain such an element" : $"must contain at least {min} such elements");
    }
}

/// <summary><c>unevaluatedItems</c>.</summary>
internal sealed class UnevaluatedItemsKeyword(SchemaNode schema) : Keyword
{
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into)
    {
        if (instance.ValueKind != JsonValueKind.Array) return true;
        var index = 0;
        var valid = true;
        foreach (var item in instance.EnumerateArray())
        {
            if (!into!.Has(index))
            {
                run.Into(index);
                valid &= schema.Evaluate(item, run, null);
                run.Out();
                if (!valid && run.Enough) return false;
            }

            index++;
        }

        into!.AddAllItems();
        return valid;
    }
}

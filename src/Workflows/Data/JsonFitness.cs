using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Data;

/// <summary>
/// Whether data can be written as JSON, and is not more than anybody could store. What nodes give to each other always can, so that whatever walks it
/// later comes to an end.
/// </summary>
internal struct JsonFitness
{
    /// <summary>How deep the data of an item may be nested: as deep as JSON from outside, and a little more for what it is put into.</summary>
    public const int MaximumDepth = JsJson.MaximumDepth + 32;

    /// <summary>About how many bytes there may be. What stands in several places counts in each, as it would be written.</summary>
    public const long MaximumBytes = 1L << 30;

    /// <summary>What a value takes in memory at least, with its place in an object.</summary>
    private const int BytesPerValue = 32;

    private static readonly string TooDeep = $"it is nested deeper than {MaximumDepth} levels, or contains itself";

    private readonly long _owner;
    private readonly bool _ownOnly;
    private readonly long _most;
    private long _left;

    public JsonFitness() => _left = _most = MaximumBytes;

    private JsonFitness(long owner, long most) => (_owner, _ownOnly, _most, _left) = (owner, true, most, most);

    /// <summary>What keeps a value that an expression made from being walked to its end; null when nothing does. What it took from items was looked at before.</summary>
    /// <param name="owner">The evaluation that made it.</param>
    /// <param name="most">About how many bytes it may be.</param>
    public static string? ProblemOfMade(JsValue value, long owner, long most) => value.AsReference is null ? null : new JsonFitness(owner, most).Find(value, 0);

    /// <summary>What keeps data from being written; null when nothing does. Of several that are looked at, the size is counted together.</summary>
    public string? Problem(JsObject json) => Find(json, 0) is { } problem ? problem.TrimStart('.') : null;

    private string? Find(JsValue value, int depth)
    {
        _left -= BytesPerValue;
        if (value.AsString is { } text) _left -= 2L * text.Length;
        if (_left < 0) return $"it is more than {_most >> 20} MiB";
        if (value.AsReference is not { } reference) return null;
        if (depth > MaximumDepth) return TooDeep;
        if (_ownOnly && reference.Owner != _owner) return null;
        switch (reference)
        {
            case JsObject map:
                foreach (var (name, field) in map)
                {
                    _left -= 2L * name.Length;
                    if (Find(field, depth + 1) is { } problem) return At($".{name}", problem);
                }

                return null;
            case JsArray list:
                for (var i = 0; i < list.Count; i++)
                    if (Find(list[i], depth + 1) is { } problem) return At($"[{i}]", problem);
                return null;
            case JsBigInt:
                return _ownOnly ? null : " is a BigInt, which JSON does not have";
            default:
                return _ownOnly ? null : Find(reference.ToJson(), depth + 1);
        }
    }

    /// <summary>Adds where it is, as far as that says anything.</summary>
    private static string At(string place, string problem) => problem[0] is '.' or '[' or ' ' ? place + problem : problem;
}

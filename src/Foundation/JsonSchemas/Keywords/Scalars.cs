using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sluice.Foundation.JsonSchemas.Keywords;

/// <summary><c>minimum</c>, <c>maximum</c> and their exclusive forms.</summary>
internal sealed class BoundKeyword(JsonNumber bound, string shown, bool upper, bool exclusive) : Keyword
{
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into)
    {
        if (instance.ValueKind != JsonValueKind.Number) return true;
        var order = JsonNumber.Of(instance).CompareTo(bound);
        if (upper) order = -order;
        if (exclusive ? order > 0 : order >= 0) return true;
        return run.Fail(Path, $"must be {(upper, exclusive) switch { (true, true) => "less than", (true, false) => "at most", (false, true) => "greater than", _ => "at least" }} {shown}");
    }
}

/// <summary><c>multipleOf</c>.</summary>
internal sealed class MultipleOfKeyword(JsonNumber of, string shown) : Keyword
{
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into) =>
        instance.ValueKind != JsonValueKind.Number || JsonNumber.Of(instance).IsMultipleOf(of) || run.Fail(Path, $"must be a multiple of {shown}");
}

/// <summary><c>minLength</c> and <c>maxLength</c>, in characters (not UTF-16 units).</summary>
internal sealed class LengthKeyword(long bound, bool upper) : Keyword
{
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into)
    {
        if (instance.ValueKind != JsonValueKind.String) return true;
        var text = instance.GetString()!;
        long length = text.Length;
        foreach (var unit in text)
            if (char.IsLowSurrogate(unit)) length--;
        return (upper ? length <= bound : length >= bound) || run.Fail(Path, $"must have at {(upper ? "most" : "least")} {bound} characters");
    }
}

/// <summary><c>pattern</c>.</summary>
internal sealed class PatternKeyword(EcmaPattern pattern) : Keyword
{
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into) =>
        instance.ValueKind != JsonValueKind.String || pattern.IsMatch(instance.GetString()!, run) || run.Fail(Path, $"must match {pattern}");
}

/// <summary><c>format</c>, where formats are asserted.</summary>
internal sealed class FormatKeyword(string name, Func<string, bool> isOne) : Keyword
{
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into) =>
        instance.ValueKind != JsonValueKind.String || isOne(instance.GetString()!) || run.Fail(Path, $"must be of the format {name}");
}

/// <summary>OpenAPI's formats of numbers.</summary>
internal sealed class IntegerFormatKeyword(string name, long min, long max) : Keyword
{
    public override bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into)
    {
        if (instance.ValueKind != JsonValueKind.Number) return true;
        var number = JsonNumber.Of(instance);
        return (number.IsInteger && number.CompareTo(JsonNumber.Of(min)) >= 0 && number.CompareTo(JsonNumber.Of(max)) <= 0) || run.Fail(Path, $"must be of the format {name}");
    }
}

/// <summary>A regular expression of ECMA-262, run in linear time where it can be and with a time limit where not.</summary>
internal sealed class EcmaPattern
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);
    private readonly string written;
    private readonly string translated;
    private readonly Regex backtracking;
    private Regex? used;

    private EcmaPattern(string written, string translated)
    {
        this.written = written;
        this.translated = translated;
        backtracking = new Regex(translated, RegexOptions.CultureInvariant, Patience);
    }

    /// <exception cref="ArgumentException">It is none.</exception>
    public static EcmaPattern Compile(string pattern) => new(pattern, EcmaSyntax.Translate(pattern));

    public bool IsMatch(string text, Evaluation run)
    {
        try
        {
            return (used ??= Choose()).IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return run.GiveUp($"takes too long to match {written}");
        }
    }

    public override string ToString() => written;

    /// <summary>Made when it is first needed: the linear engine takes milliseconds for each, and a document has thousands of them.</summary>
    private Regex Choose()
    {
        try
        {
            return new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Patience);
        }
        catch (NotSupportedException)
        {
            // It looks around or back, or its counts are large.
            return backtracking;
        }
    }
}

using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Sluice.Foundation.Errors;

namespace Sluice.Foundation.Schema;

/// <summary>The attributes of one property that limit its values.</summary>
public sealed class Constraints
{
    private static readonly TimeSpan PatternTimeout = TimeSpan.FromSeconds(1);

    private readonly Regex? _pattern;

    private Constraints(PropertyInfo property)
    {
        Between = property.GetCustomAttribute<BetweenAttribute>();
        GreaterThan = property.GetCustomAttribute<GreaterThanAttribute>();
        OneOf = property.GetCustomAttribute<OneOfAttribute>()?.Values;
        OneOfNumbers = property.GetCustomAttribute<OneOfNumbersAttribute>()?.Values;
        Length = property.GetCustomAttribute<LengthAttribute>();
        Pattern = property.GetCustomAttribute<PatternAttribute>();
        Unique = property.IsDefined(typeof(UniqueAttribute));
        AllowEmpty = property.IsDefined(typeof(AllowEmptyAttribute));
        Secret = property.IsDefined(typeof(SecretAttribute));
        var rules = property.GetCustomAttributes<RuleAttribute>().ToArray();
        Rules = [.. rules.Where(r => !r.OnKeys)];
        KeyRules = [.. rules.Where(r => r.OnKeys)];
        _pattern = Pattern is null ? null : new Regex(@"\A(?:" + Pattern.Pattern + @")\z", RegexOptions.CultureInvariant, PatternTimeout);
    }

    public BetweenAttribute? Between { get; }

    public GreaterThanAttribute? GreaterThan { get; }

    public IReadOnlyList<string>? OneOf { get; }

    public IReadOnlyList<long>? OneOfNumbers { get; }

    public LengthAttribute? Length { get; }

    public PatternAttribute? Pattern { get; }

    public bool Unique { get; }

    public bool AllowEmpty { get; }

    public bool Secret { get; }

    public IReadOnlyList<RuleAttribute> Rules { get; }

    public IReadOnlyList<RuleAttribute> KeyRules { get; }

    internal static Constraints Of(PropertyInfo property) => new(property);

    /// <summary>Whether <paramref name="text"/> is allowed; reports when it is not.</summary>
    /// <param name="inList">It is an element, so that the length is not its own.</param>
    internal bool Accept(string text, Place place, Binding binding, bool inList)
    {
        if (Refusal(text, inList) is { } refusal)
        {
            binding.Report(place, refusal);
            return false;
        }
        foreach (var rule in Rules)
            if (rule.OnlyWarns && rule.Refuse(text) is { } warning)
                binding.Report(place, warning, Severity.Warning);
        return true;
    }

    internal bool Accept(double number, Place place, Binding binding)
    {
        if (Refusal(number) is not { } refusal)
            return true;
        binding.Report(place, refusal);
        return false;
    }

    /// <summary>Why a text is refused and what would be right; null when it is fine.</summary>
    public string? Refusal(string text) => Refusal(text, inList: false);

    private string? Refusal(string text, bool inList)
    {
        if (!inList && Length is not null && (text.Length < Length.Min || text.Length > Length.Max))
            return LengthRefusal(text.Length, "character");
        if (text.Length == 0 && !AllowEmpty && (inList || Length is null))
            return "must not be empty";
        if (OneOf is not null && !OneOf.Contains(text, StringComparer.Ordinal))
            return $"expected one of: {string.Join(", ", OneOf)}{(Secret ? "" : $"; not '{Short(text)}'{Naming.DidYouMean(text, OneOf)}")}";
        if (_pattern is not null && !Matches(text))
            return Secret ? $"must be {Pattern!.Says}" : $"must be {Pattern!.Says}, not '{Short(text)}'";
        foreach (var rule in Rules)
            if (!rule.OnlyWarns && rule.Refuse(text) is { } refusal)
                return refusal;
        return null;
    }

    /// <summary>Why a number is refused and what would be right; null when it is fine.</summary>
    public string? Refusal(double number)
    {
        if (Between is not null && !(number >= Between.Min && number <= Between.Max))
            return $"must be between {Show(Between.Min)} and {Show(Between.Max)}, not {Show(number)}";
        if (GreaterThan is not null && !(number > GreaterThan.Bound))
            return $"must be greater than {Show(GreaterThan.Bound)}, not {Show(number)}";
        if (OneOfNumbers is not null && !OneOfNumbers.Any(allowed => allowed == number))
            return $"expected one of: {string.Join(", ", OneOfNumbers)}; not {Show(number)}";
        return null;
    }

    internal string? CountRefusal(int count) =>
        Length is not null && (count < Length.Min || count > Length.Max) ? LengthRefusal(count, "element") : null;

    private string LengthRefusal(int length, string unit) =>
        length < Length!.Min
            ? $"must have at least {Length.Min} {unit}{(Length.Min == 1 ? "" : "s")}{(length > 0 ? $", not {length}" : "")}"
            : $"must have at most {Length.Max} {unit}{(Length.Max == 1 ? "" : "s")}, not {length}";

    private bool Matches(string text)
    {
        try
        {
            return _pattern!.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    internal static string Short(string text) => text.Length <= 80 ? text : text[..77] + "...";

    internal static string Show(double number) => number.ToString("0.################", CultureInfo.InvariantCulture);
}

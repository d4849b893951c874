using System.Globalization;
using System.Text;

namespace Sluice.Gateway.Routing.RegularExpressions;

/// <summary>A set of Unicode characters. ASCII is looked up in a bitmap; for others the definition is asked.</summary>
internal sealed class CharacterSet
{
    private static readonly CharacterSet[] Ascii = Enumerable.Range(0, 128).Select(OfOne).ToArray();

    private readonly Predicate<int> definition;
    private readonly ulong low;
    private readonly ulong high;

    private CharacterSet(Predicate<int> definition)
    {
        this.definition = definition;
        for (var c = 0; c < 64; c++)
        {
            if (definition(c)) low |= 1UL << c;
            if (definition(c + 64)) high |= 1UL << c;
        }
    }

    /// <summary>The one character in it, when it was made of one.</summary>
    public char? Only { get; private init; }

    /// <summary>Letters, marks, digits and connecting punctuation.</summary>
    public static CharacterSet Word { get; } = new(IsWord);

    public static CharacterSet Digit { get; } = OfCategory("Nd");

    public static CharacterSet Space { get; } = new(static c => Rune.IsValid(c) && Rune.IsWhiteSpace(new Rune(c)));

    public static CharacterSet Anything { get; } = new(static _ => true);

    public static CharacterSet AnythingButNewLine { get; } = new(static c => c != '\n');

    public static CharacterSet Range(int from, int to) => new(c => c >= from && c <= to);

    public static CharacterSet Of(int character) => character < Ascii.Length ? Ascii[character] : OfOne(character);

    /// <param name="name">Of a general category: <c>Lu</c>, or <c>L</c> for all that start with it.</param>
    public static CharacterSet OfCategory(string name) => new(c =>
    {
        var category = UnicodeCategoryNames.Of(CharUnicodeInfo.GetUnicodeCategory(c));
        return name.Length == 1 ? category[0] == name[0] : category == name;
    });

    public static CharacterSet Union(IReadOnlyList<CharacterSet> sets) =>
        sets.Count == 1 ? sets[0] : new(c =>
        {
            foreach (var set in sets)
                if (set.Contains(c)) return true;
            return false;
        });

    public static bool IsWord(int c) => CharUnicodeInfo.GetUnicodeCategory(c) is
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
        or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber or UnicodeCategory.NonSpacingMark
        or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark or UnicodeCategory.DecimalDigitNumber
        or UnicodeCategory.ConnectorPunctuation;

    public bool Contains(int c) => c switch
    {
        < 64 => (low >> c & 1) != 0,
        < 128 => (high >> (c - 64) & 1) != 0,
        _ => definition(c),
    };

    public CharacterSet Negate() => new(c => !Contains(c));

    public CharacterSet Intersect(CharacterSet other) => new(c => Contains(c) && other.Contains(c));

    public CharacterSet Without(CharacterSet other) => new(c => Contains(c) && !other.Contains(c));

    public CharacterSet EitherButNotBoth(CharacterSet other) => new(c => Contains(c) != other.Contains(c));

    /// <summary>With what differs from a member only by its case.</summary>
    public CharacterSet IgnoreCase() => new(c =>
    {
        if (Contains(c) || !Rune.IsValid(c)) return Contains(c);
        var rune = new Rune(c);
        return Contains(Rune.ToLowerInvariant(rune).Value) || Contains(Rune.ToUpperInvariant(rune).Value);
    });

    private static CharacterSet OfOne(int character) =>
        new(c => c == character) { Only = character <= char.MaxValue ? (char)character : null };
}

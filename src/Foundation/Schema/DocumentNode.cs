using System.Globalization;
using Sluice.Foundation.Errors;

namespace Sluice.Foundation.Schema;

/// <summary>One value of a YAML or JSON document, with the place where it stands.</summary>
public abstract class DocumentNode(Place place)
{
    public Place Place { get; } = place;

    /// <summary>What it is, as a person says it: "a string", "a list".</summary>
    public abstract string Describe();

    /// <summary>Whether it is the null value.</summary>
    public virtual bool IsNull => false;
}

/// <summary>What a scalar is after YAML's (or JSON's) typing.</summary>
public enum ScalarKind { Null, Boolean, Number, String }

/// <summary>A string, number, boolean or null.</summary>
public sealed class ScalarNode(Place place, ScalarKind kind, string text, double number = 0, bool plain = false) : DocumentNode(place)
{
    public ScalarKind Kind { get; } = kind;

    /// <summary>As it stands in the file, without quotes and escapes.</summary>
    public string Text { get; } = text;

    /// <summary>The value of a number; 1 for true and 0 for false.</summary>
    public double Number { get; } = number;

    /// <summary>Written without quotes, so that its type follows from its text.</summary>
    public bool Plain { get; } = plain;

    /// <summary>The value is known only elsewhere (a variable that is not set here): it fits any type, and no rule can judge it.</summary>
    public bool Opaque { get; init; }

    /// <summary>The text came out of a variable, so that it may stand for a number or a boolean where one is wanted.</summary>
    public bool Filled { get; init; }

    public bool Boolean => Kind == ScalarKind.Boolean && Number != 0;

    public override bool IsNull => Kind == ScalarKind.Null;

    /// <summary>The number as an integer when it is one.</summary>
    public bool TryInteger(out long value)
    {
        value = 0;
        if (Kind != ScalarKind.Number || Number != Math.Floor(Number))
            return false;
        // Beyond 2^53 a double no longer holds every integer: the text decides.
        if (Math.Abs(Number) > 9e15)
            return long.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
        value = (long)Number;
        return true;
    }

    /// <summary>As a number or boolean, when the text came out of a variable and reads like one.</summary>
    internal ScalarNode Typed() => Filled && Kind == ScalarKind.String && YamlScalar.Type(Place, Text) is { IsNull: false } typed ? typed : this;

    public override string Describe() => Kind switch
    {
        ScalarKind.Null => "null",
        ScalarKind.Boolean => "a boolean",
        ScalarKind.Number => "a number",
        _ => "a string",
    };
}

/// <summary>Values by name, in the order of the file. A name given twice keeps its last value, as in Kong's parser.</summary>
public sealed class MapNode(Place place, IReadOnlyList<MapEntry> entries) : DocumentNode(place)
{
    public IReadOnlyList<MapEntry> Entries { get; } = entries;

    /// <summary>The value of <paramref name="name"/>, or null when the map has none.</summary>
    public DocumentNode? this[string name]
    {
        get
        {
            for (var i = Entries.Count - 1; i >= 0; i--)
                if (string.Equals(Entries[i].Name, name, StringComparison.Ordinal))
                    return Entries[i].Value;
            return null;
        }
    }

    /// <summary>The string of <paramref name="name"/>, or null when it is absent or no string.</summary>
    public string? Text(string name) => this[name] is ScalarNode { Kind: ScalarKind.String } scalar ? scalar.Text : null;

    /// <summary>The map with <paramref name="value"/> for <paramref name="name"/>.</summary>
    public MapNode With(string name, DocumentNode value) => new(Place, [.. Others(name), new MapEntry(name, value.Place, value)]);

    /// <summary>The map without <paramref name="name"/>.</summary>
    public MapNode Without(string name) => new(Place, [.. Others(name)]);

    private IEnumerable<MapEntry> Others(string name) => Entries.Where(e => !string.Equals(e.Name, name, StringComparison.Ordinal));

    public override string Describe() => "a map";
}

/// <summary>One name and value of a map.</summary>
public readonly record struct MapEntry(string Name, Place Place, DocumentNode Value);

/// <summary>Values in order.</summary>
public sealed class ListNode(Place place, IReadOnlyList<DocumentNode> items) : DocumentNode(place)
{
    public IReadOnlyList<DocumentNode> Items { get; } = items;

    public override string Describe() => "a list";
}

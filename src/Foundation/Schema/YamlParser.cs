using Sluice.Foundation.Errors;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Sluice.Foundation.Schema;

/// <summary>
/// YAML to a tree, with the habits of the parser that Kong uses: the types of plain scalars are YAML 1.1's, a key given twice keeps its last
/// value, merge keys (<c>&lt;&lt;</c>) never override, and of several documents the first counts.
/// </summary>
internal sealed class YamlParser
{
    private const string TagPrefix = "tag:yaml.org,2002:";

    private readonly string _file;
    private readonly ReadLimits _limits;
    private readonly Parser _parser;
    private readonly Dictionary<AnchorName, (DocumentNode Node, int Size)> _anchors = [];
    private int _aliased;
    private int _built;
    private int _depth;

    private YamlParser(string file, string text, ReadLimits limits)
    {
        _file = file;
        _limits = limits;
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
    }

    public static DocumentNode Parse(string file, string text, ReadLimits limits)
    {
        try
        {
            return new YamlParser(file, text, limits).ParseStream();
        }
        catch (YamlException e)
        {
            throw new UnreadableDocumentException((int)e.Start.Line, (int)e.Start.Column, "is not valid YAML: " + Reason(e));
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or IndexOutOfRangeException or FormatException or OverflowException)
        {
            // The library lets these escape on some malformed input.
            throw new UnreadableDocumentException(0, 0, "is not valid YAML: " + e.Message);
        }
    }

    private static string Reason(YamlException e)
    {
        var message = e.Message;
        var cut = message.IndexOf("): ", StringComparison.Ordinal);
        return message.StartsWith('(') && cut > 0 ? message[(cut + 3)..] : message;
    }

    private DocumentNode ParseStream()
    {
        DocumentNode? first = null;
        while (_parser.MoveNext())
        {
            switch (_parser.Current)
            {
                case StreamStart or DocumentStart or DocumentEnd or StreamEnd:
                    if (_parser.Current is DocumentStart)
                        _anchors.Clear();
                    break;
                default:
                    var root = ParseNode();
                    first ??= root;
                    break;
            }
        }
        return first ?? new ScalarNode(new Place(_file, 1, 1), ScalarKind.Null, "");
    }

    private DocumentNode ParseNode()
    {
        _built++;
        switch (_parser.Current)
        {
            case Scalar scalar:
                return Remember(scalar.Anchor, ParseScalar(scalar), 1);
            case MappingStart map:
                return Nested(map.Anchor, map.Start, isMap: true);
            case SequenceStart list:
                return Nested(list.Anchor, list.Start, isMap: false);
            case AnchorAlias alias:
                if (!_anchors.TryGetValue(alias.Value, out var target))
                    throw Refuse(alias.Start, $"the alias *{alias.Value.Value} has no anchor before it");
                if ((_aliased += target.Size) > _limits.AliasedNodes)
                    throw Refuse(alias.Start, $"aliases expand to more than {_limits.AliasedNodes} values");
                _built += target.Size - 1;
                return target.Node;
            default:
                throw Refuse(_parser.Current!.Start, "is not valid YAML here");
        }
    }

    private DocumentNode Nested(AnchorName anchor, Mark start, bool isMap)
    {
        if (++_depth > _limits.Depth)
            throw Refuse(start, $"is nested deeper than {_limits.Depth} levels");
        var before = _built;
        DocumentNode node = isMap ? ParseMap(start) : ParseList(start);
        _depth--;
        return Remember(anchor, node, _built - before + 1);
    }

    private DocumentNode Remember(AnchorName anchor, DocumentNode node, int size)
    {
        if (!anchor.IsEmpty)
            _anchors[anchor] = (node, size);
        return node;
    }

    private MapNode ParseMap(Mark start)
    {
        var entries = new List<MapEntry>();
        List<MapEntry>? merged = null;
        while (Advance() is not MappingEnd)
        {
            var place = At(_parser.Current!.Start);
            var key = ParseNode();
            if (key is not ScalarNode name)
                throw Refuse(_parser.Current!.Start, "a key must be a scalar");
            Advance();
            var value = ParseNode();
            if (name is { Plain: true, Text: "<<" })
                Merge(merged ??= [], value);
            else
                entries.Add(new MapEntry(name.Text, place, value));
        }
        return new MapNode(At(start), WithoutRepeats(entries, merged));
    }

    /// <summary>Own keys win over merged ones, earlier merges over later ones, and of an own key given twice the last.</summary>
    private static List<MapEntry> WithoutRepeats(List<MapEntry> own, List<MapEntry>? merged)
    {
        if (merged is null && !HasRepeats(own))
            return own;
        var seen = new Dictionary<string, int>(own.Count, StringComparer.Ordinal);
        var result = new List<MapEntry>(own.Count);
        foreach (var entry in own)
        {
            if (seen.TryAdd(entry.Name, result.Count))
                result.Add(entry);
            else
                result[seen[entry.Name]] = entry;
        }
        foreach (var entry in merged ?? [])
            if (seen.TryAdd(entry.Name, result.Count))
                result.Add(entry);
        return result;
    }

    private static bool HasRepeats(List<MapEntry> entries)
    {
        // Nearly all maps are small, and a set for each would cost more than all the rest.
        if (entries.Count > 24)
            return entries.DistinctBy(e => e.Name, StringComparer.Ordinal).Count() < entries.Count;
        for (var i = 1; i < entries.Count; i++)
            for (var j = 0; j < i; j++)
                if (string.Equals(entries[i].Name, entries[j].Name, StringComparison.Ordinal))
                    return true;
        return false;
    }

    private static void Merge(List<MapEntry> into, DocumentNode value)
    {
        switch (value)
        {
            case MapNode map:
                into.AddRange(map.Entries);
                break;
            case ListNode list when list.Items.All(item => item is MapNode):
                foreach (var item in list.Items)
                    into.AddRange(((MapNode)item).Entries);
                break;
            default:
                throw new UnreadableDocumentException(value.Place.Line, value.Place.Column, $"'<<' must be a map or a list of maps, not {value.Describe()}");
        }
    }

    private ListNode ParseList(Mark start)
    {
        var items = new List<DocumentNode>();
        while (Advance() is not SequenceEnd)
            items.Add(ParseNode());
        return new ListNode(At(start), items);
    }

    private ParsingEvent Advance() =>
        _parser.MoveNext() ? _parser.Current! : throw new UnreadableDocumentException(0, 0, "is not valid YAML: it ends too early");

    private ScalarNode ParseScalar(Scalar scalar)
    {
        var place = At(scalar.Start);
        if (!scalar.Tag.IsEmpty && scalar.Tag.Value.StartsWith(TagPrefix, StringComparison.Ordinal))
        {
            var kind = scalar.Tag.Value[TagPrefix.Length..];
            var typed = YamlScalar.Type(place, scalar.Value);
            return kind switch
            {
                "str" => new ScalarNode(place, ScalarKind.String, scalar.Value),
                "null" => new ScalarNode(place, ScalarKind.Null, scalar.Value),
                "bool" when typed.Kind == ScalarKind.Boolean => typed,
                "int" or "float" when typed.Kind == ScalarKind.Number => typed,
                "bool" or "int" or "float" => throw Refuse(scalar.Start, $"'{scalar.Value}' is no {kind}"),
                _ => new ScalarNode(place, ScalarKind.String, scalar.Value),
            };
        }
        return scalar.Style == ScalarStyle.Plain ? YamlScalar.Type(place, scalar.Value) : new ScalarNode(place, ScalarKind.String, scalar.Value);
    }

    private Place At(Mark mark) => new(_file, (int)mark.Line, (int)mark.Column);

    private static UnreadableDocumentException Refuse(Mark mark, string message) => new((int)mark.Line, (int)mark.Column, message);
}

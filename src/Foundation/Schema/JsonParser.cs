using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Sluice.Foundation.Errors;

namespace Sluice.Foundation.Schema;

/// <summary>JSON (RFC 8259, strict) to a tree. A key given twice keeps its last value.</summary>
internal ref struct JsonParser
{
    private readonly string _file;
    private readonly ReadOnlySpan<byte> _content;
    private Utf8JsonReader _reader;
    private int _line = 1;
    private int _lineStart;
    private int _counted;

    private JsonParser(string file, ReadOnlySpan<byte> content, ReadLimits limits)
    {
        _file = file;
        _content = content;
        _reader = new Utf8JsonReader(content, new JsonReaderOptions { MaxDepth = limits.Depth, AllowMultipleValues = false });
    }

    public static DocumentNode Parse(string file, ReadOnlySpan<byte> content, ReadLimits limits)
    {
        try
        {
            var parser = new JsonParser(file, content, limits);
            parser._reader.Read();
            var root = parser.ParseNode();
            parser._reader.Read();
            return root;
        }
        catch (JsonException e)
        {
            var reason = e.Message;
            var cut = reason.IndexOf(" LineNumber:", StringComparison.Ordinal);
            throw new UnreadableDocumentException((int)(e.LineNumber ?? 0) + 1, (int)(e.BytePositionInLine ?? 0) + 1, "is not valid JSON: " + (cut > 0 ? reason[..cut] : reason));
        }
        catch (InvalidOperationException e)
        {
            throw new UnreadableDocumentException(0, 0, "is not valid JSON: " + e.Message);
        }
    }

    private DocumentNode ParseNode()
    {
        var place = Here();
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ParseMap(place);
            case JsonTokenType.StartArray:
                var items = new List<DocumentNode>();
                while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
                    items.Add(ParseNode());
                return new ListNode(place, items);
            case JsonTokenType.String:
                return new ScalarNode(place, ScalarKind.String, _reader.GetString()!);
            case JsonTokenType.Number:
                var text = Encoding.ASCII.GetString(_reader.HasValueSequence ? _reader.ValueSequence.ToArray() : _reader.ValueSpan);
                return new ScalarNode(place, ScalarKind.Number, text, double.Parse(text, CultureInfo.InvariantCulture));
            case JsonTokenType.True or JsonTokenType.False:
                var value = _reader.TokenType == JsonTokenType.True;
                return new ScalarNode(place, ScalarKind.Boolean, value ? "true" : "false", value ? 1 : 0);
            default:
                return new ScalarNode(place, ScalarKind.Null, "null");
        }
    }

    private MapNode ParseMap(Place place)
    {
        var entries = new List<MapEntry>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            var at = Here();
            var name = _reader.GetString()!;
            _reader.Read();
            var entry = new MapEntry(name, at, ParseNode());
            if (seen.TryAdd(name, entries.Count))
                entries.Add(entry);
            else
                entries[seen[name]] = entry;
        }
        return new MapNode(place, entries);
    }

    private Place Here()
    {
        var at = (int)_reader.TokenStartIndex;
        for (; _counted < at; _counted++)
        {
            if (_content[_counted] != '\n')
                continue;
            _line++;
            _lineStart = _counted + 1;
        }
        return new Place(_file, _line, at - _lineStart + 1);
    }
}

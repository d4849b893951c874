using System.Text;
using System.Text.Json;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Sse;

/// <summary>Takes an event stream apart (HTML standard, 9.2.6), as it comes in.</summary>
/// <param name="limit">Bytes that one event may have.</param>
internal sealed class SseParser(int limit)
{
    private readonly List<byte> _line = [];
    private readonly StringBuilder _data = new();
    private string _event = "";
    private string _id = "";
    private bool _hasData;
    private bool _afterReturn;
    private bool _begun;

    /// <summary>The events that a piece completes: <c>event</c>, <c>id</c> where there is one, and <c>data</c>, as JSON where it is that.</summary>
    public IEnumerable<JsObject> Add(ReadOnlyMemory<byte> piece)
    {
        for (var i = 0; i < piece.Length; i++)
        {
            var next = piece.Span[i];
            var ends = next is (byte)'\r' || (next is (byte)'\n' && !_afterReturn);
            var second = next is (byte)'\n' && _afterReturn;
            _afterReturn = next is (byte)'\r';
            if (second) continue;
            if (!ends)
            {
                if (_line.Count + _data.Length >= limit) throw new NodeException($"an event is longer than {limit} bytes") { Retryable = false };
                _line.Add(next);
                continue;
            }

            if (Line(Encoding.UTF8.GetString([.. _line])) is { } happened) yield return happened;
            _line.Clear();
        }
    }

    private JsObject? Line(string line)
    {
        if (!_begun && line is ['\uFEFF', ..]) line = line[1..];
        _begun = true;
        if (line.Length == 0) return Dispatch();
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? line : line[..colon];
        var value = colon < 0 ? "" : line[(colon + 1)..];
        if (value is [' ', ..]) value = value[1..];
        switch (name)
        {
            case "event":
                _event = value;
                break;
            case "id" when !value.Contains('\0', StringComparison.Ordinal):
                _id = value;
                break;
            case "data":
                if (_hasData) _data.Append('\n');
                _data.Append(value);
                _hasData = true;
                break;
        }

        return null;
    }

    private JsObject? Dispatch()
    {
        var happened = _hasData ? new JsObject { ["event"] = _event.Length > 0 ? _event : "message" } : null;
        if (happened is not null)
        {
            if (_id.Length > 0) happened.Set("id", _id);
            happened.Set("data", Data(_data.ToString()));
        }

        _data.Clear();
        _hasData = false;
        _event = "";
        return happened;
    }

    private static JsValue Data(string text)
    {
        if (text is not (['{', ..] or ['[', ..])) return text;
        try
        {
            return JsJson.Parse(text);
        }
        catch (JsonException)
        {
            return text;
        }
    }
}

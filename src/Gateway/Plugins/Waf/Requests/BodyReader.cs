using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml;
using Microsoft.Net.Http.Headers;

namespace Sluice.Gateway.Plugins.Waf.Requests;

/// <summary>Takes bodies apart. What is wrong with one is told as <c>REQBODY_ERROR</c>, for rules to judge; it never fails.</summary>
internal static class BodyReader
{
    private const int MaxDepth = 64;
    private const int MaxParts = 1000;

    public static string ProcessorOf(string contentType)
    {
        var semicolon = contentType.IndexOf(';', StringComparison.Ordinal);
        var type = (semicolon < 0 ? contentType : contentType[..semicolon]).Trim().ToLowerInvariant();
        if (type is "application/x-www-form-urlencoded") return "URLENCODED";
        if (type is "multipart/form-data") return "MULTIPART";
        if (type is "application/json" or "text/json" || type.EndsWith("+json", StringComparison.Ordinal)) return "JSON";
        return type is "text/xml" or "application/xml" || type.EndsWith("+xml", StringComparison.Ordinal) ? "XML" : "";
    }

    public static void Read(RequestView view, byte[] body)
    {
        if (body.Length == 0) return;
        switch (view.Processor)
        {
            case "URLENCODED":
                view.AddArguments(Encoding.Latin1.GetString(body), "ARGS_POST");
                break;
            case "JSON":
                ReadJson(view, body);
                break;
            case "XML":
                ReadXml(view, body);
                break;
            case "MULTIPART":
                ReadMultipart(view, body);
                break;
        }
    }

    /// <summary>Every value is an argument, named by its path (<c>json.a.array_0</c>); a member that is there twice is two.</summary>
    private static void ReadJson(RequestView view, byte[] body)
    {
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
            var path = new Stack<(string Name, bool IsArray, int Index)>();
            var name = "json";
            while (reader.Read() && !view.HasTooMany)
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        name = path.Peek().Name + "." + Bytes(ref reader);
                        view.Add("ARGS_NAMES", name, name);
                        break;
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        path.Push((NextName(path, name), reader.TokenType == JsonTokenType.StartArray, 0));
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        path.Pop();
                        break;
                    default:
                        view.AddArgument("ARGS_POST", NextName(path, name), reader.TokenType == JsonTokenType.String ? Bytes(ref reader) : Encoding.Latin1.GetString(reader.ValueSpan));
                        break;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            view.BodyIsWrong("the body is not JSON");
        }
    }

    private static string NextName(Stack<(string Name, bool IsArray, int Index)> path, string member)
    {
        if (!path.TryPeek(out var within) || !within.IsArray) return member;
        path.Pop();
        path.Push(within with { Index = within.Index + 1 });
        return string.Create(CultureInfo.InvariantCulture, $"{within.Name}.array_{within.Index}");
    }

    private static string Bytes(ref Utf8JsonReader reader)
    {
        var bytes = new byte[reader.ValueSpan.Length];
        return Encoding.Latin1.GetString(bytes, 0, reader.CopyString(bytes));
    }

    private static void ReadXml(RequestView view, byte[] body)
    {
        var text = new StringBuilder();
        try
        {
            using var stream = new MemoryStream(body);
            using var reader = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = body.Length * 2L });
            while (reader.Read())
            {
                if (reader.Depth > MaxDepth)
                {
                    view.BodyIsWrong("the XML is nested too deeply");
                    break;
                }

                if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace) text.Append(reader.Value);
                while (reader.MoveToNextAttribute()) view.Add("XML", "//@*", AsBytes(reader.Value));
            }
        }
        catch (Exception e) when (e is XmlException or ArgumentException)
        {
            view.BodyIsWrong("the body is not XML");
        }

        view.Add("XML", "/*", AsBytes(text.ToString()));
    }

    private static string AsBytes(string text) => Ascii.IsValid(text) ? text : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static void ReadMultipart(RequestView view, byte[] body)
    {
        if (!MediaTypeHeaderValue.TryParse(view.ContentType, out var type) || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= 256 } boundary)
        {
            Strict(view, "the body has no boundary");
            return;
        }

        var text = Encoding.Latin1.GetString(body);
        var delimiter = "--" + boundary;
        var at = text.IndexOf(delimiter, StringComparison.Ordinal);
        if (at != 0) Strict(view, "something stands before the first part");
        var sizes = 0L;
        for (var part = 0; at >= 0 && part < MaxParts; part++)
        {
            at += delimiter.Length;
            if (text.AsSpan(at).StartsWith("--", StringComparison.Ordinal)) break;
            var end = text.IndexOf("\r\n" + delimiter, at, StringComparison.Ordinal);
            if (end < 0) Strict(view, "the last part does not end");
            var whole = text[at..(end < 0 ? text.Length : end)];
            sizes += AddPart(view, whole);
            at = end < 0 ? -1 : end + 2;
            if (part == MaxParts - 1) Strict(view, "there are too many parts");
        }

        view.Set("FILES_COMBINED_SIZE", sizes.ToString(CultureInfo.InvariantCulture));
    }

    /// <returns>The size of the file in it.</returns>
    private static int AddPart(RequestView view, string part)
    {
        var head = part.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (!part.StartsWith("\r\n", StringComparison.Ordinal) || head < 0)
        {
            Strict(view, "a part has no head");
            return 0;
        }

        string? name = null, file = null;
        var lines = part[2..Math.Max(2, head)].Split("\r\n");
        foreach (var line in lines)
        {
            if (!line.StartsWith("Content-Disposition:", StringComparison.OrdinalIgnoreCase)) continue;
            name = Parameter(line, "name");
            file = Parameter(line, "filename") ?? Parameter(line, "filename*");
        }

        name ??= "";
        foreach (var line in lines) view.Add("MULTIPART_PART_HEADERS", name, line);
        var value = part[(head + 4)..];
        if (file is null)
        {
            view.AddArgument("ARGS_POST", name, value);
            return 0;
        }

        view.Add("FILES", name, file);
        view.Add("FILES_NAMES", name, name);
        view.Add("FILES_SIZES", name, value.Length.ToString(CultureInfo.InvariantCulture));
        return value.Length;
    }

    private static string? Parameter(string line, string name)
    {
        for (var at = line.IndexOf(name, StringComparison.OrdinalIgnoreCase); at > 0; at = line.IndexOf(name, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var equals = at + name.Length;
            if (line[at - 1] is not (';' or ' ' or '\t')) continue;
            while (equals < line.Length && line[equals] == ' ') equals++;
            if (equals >= line.Length || line[equals] != '=') continue;
            var rest = line[(equals + 1)..].TrimStart();
            if (!rest.StartsWith('"')) return rest.Split(';')[0].Trim();
            var value = new StringBuilder();
            for (var i = 1; i < rest.Length && rest[i] != '"'; i++)
            {
                if (rest[i] == '\\' && i + 1 < rest.Length) i++;
                value.Append(rest[i]);
            }

            return value.ToString();
        }

        return null;
    }

    private static void Strict(RequestView view, string message)
    {
        view.Set("MULTIPART_STRICT_ERROR", "1");
        view.BodyIsWrong(message);
    }
}

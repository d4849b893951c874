using System.Diagnostics;
using System.Globalization;
using System.Text;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Waf.Transformations;

namespace Sluice.Gateway.Plugins.Waf.Requests;

/// <summary>A request as rules see it: the values of its variables. What it takes from the exchange it has copied, so that it can be read on any thread.</summary>
internal sealed class RequestView
{
    private static readonly List<RequestValue> None = [];

    private readonly Dictionary<string, List<RequestValue>> values = new(StringComparer.Ordinal);
    private readonly long started = Stopwatch.GetTimestamp();
    private readonly int maxArguments;
    private int argumentLength;

    public RequestView(Exchange exchange, int maxArguments)
    {
        this.maxArguments = maxArguments;
        var request = exchange.Request;
        var target = exchange.RawTarget;
        var uri = exchange.Path + exchange.Query;
        Set("REQUEST_METHOD", request.Method);
        Set("REQUEST_PROTOCOL", request.Protocol);
        Set("REQUEST_URI", uri);
        Set("REQUEST_URI_RAW", target);
        Set("REQUEST_LINE", $"{request.Method} {target} {request.Protocol}");
        Set("REQUEST_FILENAME", exchange.Path);
        Set("REQUEST_BASENAME", exchange.Path[(exchange.Path.LastIndexOfAny(['/', '\\']) + 1)..]);
        Set("QUERY_STRING", exchange.Query.TrimStart('?'));
        Set("REMOTE_ADDR", exchange.ClientAddress.ToString());
        Set("REMOTE_PORT", exchange.ClientPort.ToString(CultureInfo.InvariantCulture));
        Set("SERVER_NAME", request.Host.Host);
        Set("SERVER_PORT", exchange.Http.Connection.LocalPort.ToString(CultureInfo.InvariantCulture));
        Set("UNIQUE_ID", exchange.RequestId);
        Set("REQBODY_ERROR", "0");
        Set("REQBODY_ERROR_MSG", "");
        Set("MULTIPART_STRICT_ERROR", "0");
        foreach (var (name, lines) in request.Headers)
        {
            Add("REQUEST_HEADERS_NAMES", name, name);
            foreach (var line in lines) Add("REQUEST_HEADERS", name, line ?? "");
        }

        foreach (var line in request.Headers.Cookie) AddCookies(line ?? "");
        AddArguments(exchange.Query.AsSpan().TrimStart('?'), "ARGS_GET");
        ContentType = request.ContentType ?? "";
        Processor = BodyReader.ProcessorOf(ContentType);
    }

    public string ContentType { get; }

    /// <summary>How the body is read: <c>URLENCODED</c>, <c>MULTIPART</c>, <c>JSON</c>, <c>XML</c>, or empty for not at all.</summary>
    public string Processor
    {
        get;
        set
        {
            field = value;
            Set("REQBODY_PROCESSOR", value);
        }
    }

    /// <summary>There are more arguments than are looked at.</summary>
    public bool HasTooMany { get; private set; }

    public IReadOnlyList<RequestValue> All(string collection) => collection switch
    {
        "ARGS_COMBINED_SIZE" => [new(collection, "", argumentLength.ToString(CultureInfo.InvariantCulture))],
        "DURATION" => [new(collection, "", ((long)Stopwatch.GetElapsedTime(started).TotalMicroseconds).ToString(CultureInfo.InvariantCulture))],
        _ => values.GetValueOrDefault(collection, None),
    };

    /// <summary>The body has come.</summary>
    public void AddBody(byte[] body)
    {
        Set("REQUEST_BODY_LENGTH", body.Length.ToString(CultureInfo.InvariantCulture));
        if (Processor is not "MULTIPART") Set("REQUEST_BODY", Encoding.Latin1.GetString(body));
        BodyReader.Read(this, body);
    }

    public void BodyIsWrong(string message)
    {
        Set("REQBODY_ERROR", "1");
        Set("REQBODY_ERROR_MSG", message);
    }

    public void AddArguments(ReadOnlySpan<char> form, string collection)
    {
        if (form.IsEmpty) return;
        foreach (var range in form.Split('&'))
        {
            var argument = form[range];
            if (argument.IsEmpty) continue;
            var equals = argument.IndexOf('=');
            AddArgument(collection, UrlDecoding.Decode(equals < 0 ? argument : argument[..equals], unicode: false), equals < 0 ? "" : UrlDecoding.Decode(argument[(equals + 1)..], unicode: false));
            if (HasTooMany) return;
        }
    }

    public void AddArgument(string collection, string name, string value)
    {
        if (All("ARGS").Count >= maxArguments)
        {
            HasTooMany = true;
            return;
        }

        argumentLength += name.Length + value.Length;
        Add(collection, name, value);
        Add(collection + "_NAMES", name, name);
        Add("ARGS", name, value);
        Add("ARGS_NAMES", name, name);
    }

    public void Add(string collection, string key, string text)
    {
        if (!values.TryGetValue(collection, out var list)) values[collection] = list = [];
        list.Add(new(collection, key, text));
    }

    public void Set(string collection, string text) => values[collection] = [new(collection, "", text)];

    private void AddCookies(string line)
    {
        foreach (var part in line.Split(';', maxArguments + 1))
        {
            var cookie = part.Trim();
            if (cookie.Length == 0) continue;
            var equals = cookie.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? cookie : cookie[..equals];
            Add("REQUEST_COOKIES", name, equals < 0 ? "" : cookie[(equals + 1)..]);
            Add("REQUEST_COOKIES_NAMES", name, name);
        }
    }
}

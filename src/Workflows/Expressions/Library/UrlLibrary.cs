using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>A URL taken apart.</summary>
internal sealed class JsUrl : JsReference
{
    private static readonly Dictionary<string, string> DefaultPorts = new(StringComparer.Ordinal) { ["http:"] = "80", ["https:"] = "443", ["ftp:"] = "21", ["ws:"] = "80", ["wss:"] = "443" };

    private readonly Dictionary<string, string> _parts = new(StringComparer.Ordinal);
    private readonly JsUrlSearchParams _query;

    private JsUrl(Uri uri)
    {
        var user = uri.UserInfo.Split(':', 2);
        _parts["protocol"] = uri.Scheme + ":";
        _parts["username"] = user[0];
        _parts["password"] = user.Length > 1 ? user[1] : "";
        _parts["hostname"] = uri.IdnHost.Contains(':') ? $"[{uri.IdnHost}]" : uri.IdnHost;
        _parts["port"] = uri.IsDefaultPort || uri.Port < 0 ? "" : uri.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        _parts["pathname"] = uri.AbsolutePath;
        _parts["search"] = uri.Query == "?" ? "" : uri.Query;
        _parts["hash"] = uri.Fragment == "#" ? "" : uri.Fragment;
        _query = new JsUrlSearchParams(this);
    }

    public override JsKind Kind => JsKind.Url;

    public string Search
    {
        get => _parts["search"];
        set => _parts["search"] = value;
    }

    private string Host => _parts["hostname"] + (_parts["port"].Length > 0 ? ":" + _parts["port"] : "");

    private bool HasAuthority => _parts["hostname"].Length > 0 || _parts["protocol"] == "file:";

    public static JsUrl? TryParse(string text, string? root)
    {
        text = text.Trim();
        if (text.Length > 64 * 1024) return null;
        if (root is not null) return Uri.TryCreate(root.Trim(), UriKind.Absolute, out var parent) && Uri.TryCreate(parent, text, out var joined) ? new JsUrl(joined) : null;
        var scheme = text.IndexOf(':');
        if (scheme <= 0 || text.StartsWith('/') || !text.AsSpan(0, scheme).ToString().All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.')) return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && (!DefaultPorts.ContainsKey(uri.Scheme + ":") || uri.Host.Length > 0) ? new JsUrl(uri) : null;
    }

    public bool TrySet(Evaluator e, string name, string value)
    {
        if (name is "href" or "origin" or "searchParams" || (name != "host" && !_parts.ContainsKey(name))) return false;
        e.AllocateText(value.Length * 3L);
        switch (name)
        {
            case "host":
                var parts = value.Split(':', 2);
                _parts["hostname"] = parts[0];
                _parts["port"] = parts.Length > 1 ? parts[1] : "";
                break;
            case "search":
                _parts["search"] = value.Length == 0 || value == "?" ? "" : value[0] == '?' ? value : "?" + value;
                _query.Reload();
                break;
            case "hash": _parts["hash"] = value.Length == 0 || value == "#" ? "" : value[0] == '#' ? value : "#" + value; break;
            case "protocol": _parts["protocol"] = value.TrimEnd(':') + ":"; break;
            case "pathname": _parts["pathname"] = GlobalFunctions.Encode(e, value.StartsWith('/') ? value : "/" + value, ";/:@&=+$,-_.!~*'()%"); break;
            case "port": _parts["port"] = DefaultPorts.GetValueOrDefault(_parts["protocol"]) == value ? "" : value; break;
            default: _parts[name] = value; break;
        }

        return true;
    }

    internal override bool TryGetField(Evaluator evaluator, string name, out JsValue value)
    {
        if (_parts.TryGetValue(name, out var part)) value = part;
        else if (name == "host") value = Host;
        else if (name == "href") value = ToString();
        else if (name == "origin") value = DefaultPorts.ContainsKey(_parts["protocol"]) ? $"{_parts["protocol"]}//{Host}" : "null";
        else if (name == "searchParams") value = _query;
        else
        {
            value = default;
            return false;
        }

        return true;
    }

    internal override JsValue ToJson() => ToString();

    public override string ToString()
    {
        var user = _parts["username"].Length == 0 && _parts["password"].Length == 0 ? "" : _parts["username"] + (_parts["password"].Length > 0 ? ":" + _parts["password"] : "") + "@";
        return $"{_parts["protocol"]}{(HasAuthority ? "//" : "")}{user}{(HasAuthority ? Host : "")}{_parts["pathname"]}{_parts["search"]}{_parts["hash"]}";
    }
}

/// <summary>URL.</summary>
internal static class UrlLibrary
{
    public static MethodTable Methods { get; } = new MethodTable.Builder()
        .Add("toString", 0, (_, self, _) => self.AsReference!.ToString())
        .Add("toJSON", 0, (_, self, _) => self.AsReference!.ToString())
        .Build();

    public static NativeConstructor Constructor { get; } = new("URL", 1, new MethodTable.Builder()
        .Add("canParse", 1, (e, _, a) => Parse(e, a) is not null)
        .Add("parse", 1, (e, _, a) => Parse(e, a))
        .Build(), null, (e, _, a) => Parse(e, a) is { } url ? e.Own(url) : throw JsThrow.Type("Invalid URL"), v => v.Kind == JsKind.Url);

    private static JsUrl? Parse(Evaluator e, ReadOnlySpan<JsValue> a)
    {
        var text = Coerce.ToText(e, a.At(0));
        e.AllocateText(1000 + text.Length * 4L);
        e.Step(200 + text.Length);
        return JsUrl.TryParse(text, a.At(1).IsUndefined ? null : Coerce.ToText(e, a[1]));
    }
}

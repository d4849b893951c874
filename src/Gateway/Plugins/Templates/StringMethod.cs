using System.Text.RegularExpressions;

namespace Sluice.Gateway.Plugins.Templates;

/// <summary>A method of Lua's strings. Those that take a pattern take it as a literal, compiled once.</summary>
internal sealed class StringMethod
{
    private const int MaxLength = 64 * 1024;

    private readonly string name;
    private readonly Regex? pattern;

    private StringMethod(string name, Regex? pattern)
    {
        this.name = name;
        this.pattern = pattern;
    }

    /// <summary>The method, or why there is none.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="first">Its first argument, where it is a literal.</param>
    public static (StringMethod? Method, string? Error) Find(string name, string? first)
    {
        switch (name)
        {
            case "upper" or "lower" or "len" or "reverse" or "sub" or "rep":
                return (new StringMethod(name, null), null);
            case "match" or "gsub" or "find":
                if (first is null) return (null, $"the pattern of {name} must be a literal");
                var (regex, error) = LuaPattern.Compile(first);
                return regex is null ? (null, error) : (new StringMethod(name, regex), null);
            default:
                return (null, $"no method '{name}' in templates");
        }
    }

    public object? Call(string text, object?[] arguments) => name switch
    {
        "upper" => Map(text, static c => char.IsAsciiLetterLower(c) ? (char)(c - 'a' + 'A') : c),
        "lower" => Map(text, static c => char.IsAsciiLetterUpper(c) ? (char)(c - 'A' + 'a') : c),
        "len" => (double)text.Length,
        "reverse" => string.Concat(text.Reverse()),
        "sub" => Sub(text, arguments),
        "rep" => Repeat(text, arguments),
        "find" => pattern!.Match(text) is { Success: true } found ? found.Index + 1.0 : null,
        "match" => pattern!.Match(text) is { Success: true } match ? match.Groups[match.Groups.Count > 1 ? 1 : 0].Value : null,
        _ => Replace(text, arguments),
    };

    // A char is a byte of UTF-8 here (see FieldText), so that only ASCII may change, as in Lua.
    private static string Map(string text, Func<char, char> map) => string.Create(text.Length, (text, map), static (to, state) =>
    {
        for (var i = 0; i < to.Length; i++) to[i] = state.map(state.text[i]);
    });

    private static object Sub(string text, object?[] arguments)
    {
        if (arguments.Length == 0 || !Values.TryNumber(arguments[0], out var from)) return new Failure("bad argument #1 to 'sub'");
        var to = -1.0;
        if (arguments.Length > 1 && !Values.TryNumber(arguments[1], out to)) return new Failure("bad argument #2 to 'sub'");
        if (from < 0) from = text.Length + from + 1;
        if (to < 0) to = text.Length + to + 1;
        from = Math.Max(from, 1);
        to = Math.Min(to, text.Length);
        return from > to ? "" : text[((int)from - 1)..(int)to];
    }

    private static object Repeat(string text, object?[] arguments)
    {
        if (arguments.Length == 0 || !Values.TryNumber(arguments[0], out var count)) return new Failure("bad argument #1 to 'rep'");
        if (text.Length * count > MaxLength) return new Failure("the result of 'rep' is too long");
        return string.Concat(Enumerable.Repeat(text, Math.Max((int)count, 0)));
    }

    private object Replace(string text, object?[] arguments)
    {
        if (arguments.Length < 2 || arguments[1] is not (string or double)) return new Failure("bad argument #2 to 'gsub'");
        var replacement = Values.Text(arguments[1]);
        var limit = arguments.Length > 2 && Values.TryNumber(arguments[2], out var count) ? Math.Max((int)count, 0) : int.MaxValue;
        if (limit == 0) return text;
        return pattern!.Replace(text, match => LuaPattern.Expand(replacement, match), limit);
    }
}

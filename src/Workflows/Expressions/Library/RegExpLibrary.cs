using System.Text.RegularExpressions;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>A regular expression with the place where it goes on searching.</summary>
internal sealed class JsRegExp(RegexProgram program) : JsReference
{
    public override JsKind Kind => JsKind.RegExp;

    public RegexProgram Program => program;

    public double LastIndex { get; set; }

    public bool IsGlobal { get; } = program.Flags.Contains('g');

    public bool IsSticky { get; } = program.Flags.Contains('y');

    public int GroupCount => program.Numbers.Length;

    public IReadOnlyDictionary<string, int> GroupNames => program.Names;

    public int? NumberOf(string name) => program.Names.TryGetValue(name, out var number) ? number : null;

    internal override bool TryGetField(Evaluator evaluator, string name, out JsValue value)
    {
        JsValue? found = name switch
        {
            "source" => Source,
            "flags" => string.Concat(program.Flags.Order()),
            "lastIndex" => LastIndex,
            "global" => IsGlobal,
            "sticky" => IsSticky,
            "ignoreCase" => program.Flags.Contains('i'),
            "multiline" => program.Flags.Contains('m'),
            "dotAll" => program.Flags.Contains('s'),
            "unicode" => program.Flags.Contains('u'),
            "hasIndices" => program.Flags.Contains('d'),
            _ => null,
        };
        value = found ?? default;
        return found is not null;
    }

    internal override JsValue ToJson() => new JsObject();

    public override string ToString() => $"/{Source}/{string.Concat(program.Flags.Order())}";

    /// <summary>The pattern as it stands between slashes.</summary>
    private string Source => program.Pattern.Length == 0 ? "(?:)" : program.Pattern == "/" ? "\\/" : program.Pattern;
}

/// <summary>RegExp.</summary>
internal static class RegExpLibrary
{
    public static MethodTable Methods { get; } = new MethodTable.Builder()
        .Add("test", 1, (e, self, a) => !Exec(e, RegExp(self), Coerce.ToText(e, a.At(0))).IsNull)
        .Add("exec", 1, (e, self, a) => Exec(e, RegExp(self), Coerce.ToText(e, a.At(0))))
        .Add("toString", 0, (_, self, _) => self.AsReference!.ToString())
        .Build();

    public static NativeConstructor Constructor { get; } = new("RegExp", 2, new MethodTable.Builder()
        .Add("escape", 1, (e, _, a) => string.Concat(Coerce.ToText(e, a.At(0)).Select(c => @"^$\.*+?()[]{}|/".Contains(c, StringComparison.Ordinal) ? "\\" + c : c.ToString())))
        .Build(), (e, _, a) => Construct(e, a), (e, _, a) => Construct(e, a), v => v.Kind == JsKind.RegExp);

    /// <summary>Compiles a pattern that was only known at run time.</summary>
    public static JsRegExp Make(Evaluator e, string pattern, string flags)
    {
        e.Step(200 + pattern.Length * 20);
        e.Allocate(4096 + pattern.Length * 200L);
        return RegexProgram.TryCompile(pattern, flags, out var problem) is { } program ? e.Own(new JsRegExp(program))
            : throw JsThrow.Syntax($"Invalid regular expression: /{pattern}/: {problem}");
    }

    public static Match Match(Evaluator e, JsRegExp regex, string text, int from)
    {
        e.Step(8 + (text.Length - from) / 4);
        e.Allocate(200 + regex.GroupCount * 64L);
        return regex.Program.Matcher.Match(text, from);
    }

    public static IEnumerable<Match> First(Evaluator e, JsRegExp regex, string text)
    {
        var from = regex.IsSticky ? (int)Math.Min(regex.LastIndex, text.Length) : 0;
        var match = Match(e, regex, text, from);
        if (match.Success && (!regex.IsSticky || match.Index == from)) yield return match;
    }

    /// <summary>All matches, each beginning where the one before ended.</summary>
    public static IEnumerable<Match> All(Evaluator e, JsRegExp regex, string text)
    {
        regex.LastIndex = 0;
        var from = 0;
        while (from <= text.Length)
        {
            // The cost of a search is what it walked over, not all that is left.
            e.Step(8);
            e.Allocate(200 + regex.GroupCount * 64L);
            var match = regex.Program.Matcher.Match(text, from);
            if (!match.Success)
            {
                e.StepText((text.Length - from) * 4);
                yield break;
            }

            e.StepText((match.Index + match.Length - from) * 4);
            if (regex.IsSticky && match.Index != from) yield break;
            yield return match;
            from = match.Index + Math.Max(match.Length, 1);
            if (match.Length == 0 && regex.Program.Flags.AsSpan().ContainsAny('u', 'v') && from < text.Length && char.IsSurrogatePair(text[from - 1], text[from])) from++;
        }
    }

    public static JsValue Exec(Evaluator e, JsRegExp regex, string text)
    {
        var remembers = regex.IsGlobal || regex.IsSticky;
        var from = remembers ? regex.LastIndex : 0;
        if (from > text.Length)
        {
            regex.LastIndex = 0;
            return JsValue.Null;
        }

        var match = Match(e, regex, text, (int)Math.Max(0, from));
        if (!match.Success || (regex.IsSticky && match.Index != from))
        {
            if (remembers) regex.LastIndex = 0;
            return JsValue.Null;
        }

        if (remembers) regex.LastIndex = match.Index + match.Length;
        return Answer(e, regex, text, match);
    }

    /// <summary>The array that <c>exec</c> gives.</summary>
    public static JsArray Answer(Evaluator e, JsRegExp regex, string text, Match match)
    {
        var answer = e.NewArray();
        foreach (var group in Groups(e, regex, match)) e.Push(answer, group);
        var fields = e.NewObject(3);
        fields.Set("index", match.Index);
        fields.Set("input", text);
        fields.Set("groups", NamedGroups(e, regex, match) is { } named ? named : default(JsValue));
        answer.Fields = fields;
        return answer;
    }

    /// <summary>What the whole and each group matched; undefined where a group took no part.</summary>
    public static IEnumerable<JsValue> Groups(Evaluator e, JsRegExp regex, Match match)
    {
        yield return Taken(e, match);
        foreach (var number in regex.Program.Numbers) yield return match.Groups[number] is { Success: true } group ? Taken(e, group) : default(JsValue);
    }

    public static JsObject? NamedGroups(Evaluator e, JsRegExp regex, Match match)
    {
        if (regex.GroupNames.Count == 0) return null;
        var named = e.NewObject();
        foreach (var (name, number) in regex.GroupNames) e.Set(named, name, match.Groups[number] is { Success: true } group ? Taken(e, group) : default(JsValue));
        return named;
    }

    public static string Taken(Evaluator e, Capture capture)
    {
        e.AllocateText(capture.Length);
        return capture.Value;
    }

    private static JsRegExp RegExp(JsValue self) => self.AsReference as JsRegExp ?? throw JsThrow.Type("not a RegExp");

    private static JsValue Construct(Evaluator e, ReadOnlySpan<JsValue> a)
    {
        var flags = a.At(1).IsUndefined ? null : Coerce.ToText(e, a[1]);
        if (a.At(0).AsReference is JsRegExp original) return flags is null || flags == original.Program.Flags ? e.Own(new JsRegExp(original.Program)) : Make(e, original.Program.Pattern, flags);
        return Make(e, a.At(0).IsUndefined ? "" : Coerce.ToText(e, a[0]), flags ?? "");
    }
}

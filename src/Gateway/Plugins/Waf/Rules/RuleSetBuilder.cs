using System.Globalization;
using Sluice.Gateway.Plugins.Waf.Operators;
using Sluice.Gateway.Plugins.Waf.Transformations;

namespace Sluice.Gateway.Plugins.Waf.Rules;

/// <summary>Reads rules and makes them ready. What is wrong is collected; what is right but not supported is left out, which is told, too.</summary>
internal sealed class RuleSetBuilder
{
    private const int MaxRules = 50_000;
    private const int MaxFile = 32 * 1024 * 1024;

    /// <summary>They say how logs, files and limits of another program are; they change nothing in what a rule means.</summary>
    private static readonly HashSet<string> Ignored = new(StringComparer.OrdinalIgnoreCase)
    {
        "SecComponentSignature", "SecCollectionTimeout", "SecAuditEngine", "SecAuditLog", "SecAuditLogParts", "SecAuditLogType", "SecAuditLogRelevantStatus",
        "SecAuditLogStorageDir", "SecDebugLog", "SecDebugLogLevel", "SecTmpDir", "SecDataDir", "SecUploadDir", "SecUnicodeMapFile", "SecPcreMatchLimit",
        "SecPcreMatchLimitRecursion", "SecRequestBodyAccess", "SecRequestBodyLimit", "SecRequestBodyNoFilesLimit", "SecRequestBodyInMemoryLimit",
        "SecRequestBodyLimitAction", "SecRequestBodyJsonDepthLimit", "SecResponseBodyAccess", "SecResponseBodyLimit", "SecResponseBodyLimitAction",
        "SecResponseBodyMimeType", "SecArgumentsLimit", "SecStatusEngine", "SecTmpSaveUploadedFiles", "SecUploadKeepFiles", "SecUploadFileMode", "SecServerSignature",
    };

    private static readonly HashSet<string> WithoutEffect = new(StringComparer.Ordinal)
    {
        "log", "auditlog", "noauditlog", "ver", "rev", "maturity", "accuracy", "phase", "id", "msg", "logdata", "severity", "tag", "t", "chain", "capture", "multimatch", "nolog",
        "status", "skip", "skipafter", "setvar", "ctl", "initcol", "expirevar", "pass", "deny", "drop", "block", "allow", "sanitisearg", "sanitisematched", "sanitizearg",
    };

    private readonly List<RuleProblem> problems = [];
    private readonly List<Rule>[] phases = [[], []];
    private readonly List<Func<string, string>[]> transformations = [[]];
    private readonly Dictionary<string, int> transformationIds = new(StringComparer.Ordinal) { [""] = 0 };
    private readonly Dictionary<long, string> ids = [];
    private readonly Disruption[] defaults = [Disruption.Deny, Disruption.Deny];
    private int count;
    private int remembering;
    private Rule? open;
    private bool openIsLeftOut;

    /// <summary>What is wrong or not supported so far.</summary>
    public IReadOnlyList<RuleProblem> Problems => problems;

    public void AddText(string name, string text, string? folder, int depth = 0)
    {
        foreach (var directive in Directive.Read(name, text, problems)) Add(directive, folder, depth);
        if (open is null && !openIsLeftOut) return;
        problems.Add(new(name, "a chain has no last rule", IsUnsupported: false));
        open = null;
        openIsLeftOut = false;
    }

    /// <summary>Adds a file, or in order of their names all that a pattern such as <c>rules/*.conf</c> means.</summary>
    public void AddFiles(string pattern, int depth = 0)
    {
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(pattern))!;
            var name = Path.GetFileName(pattern);
            var files = name.Contains('*', StringComparison.Ordinal) ? Directory.GetFiles(folder, name).Order(StringComparer.Ordinal).ToArray() : [Path.GetFullPath(pattern)];
            if (files.Length == 0) problems.Add(new(pattern, "there is no such file", IsUnsupported: false));
            foreach (var file in files)
            {
                if (LimitedFile.ReadText(file, MaxFile, System.Text.Encoding.Latin1) is { } text) AddText(file, text, folder, depth);
                else problems.Add(new(file, "the file is too large", IsUnsupported: false));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problems.Add(new(pattern, e.Message, IsUnsupported: false));
        }
    }

    public RuleSet Build()
    {
        return new RuleSet
        {
            Phases = [.. phases.Select(p => p.ToArray())],
            Transformations = [.. transformations],
            LeftOut = [.. problems.Where(p => p.IsUnsupported)],
            Count = count,
            Remembering = remembering,
        };
    }

    private void Add(Directive directive, string? folder, int depth)
    {
        if (count > MaxRules) return;
        switch (directive.Name.ToLowerInvariant())
        {
            case "secrule":
                if (directive.Arguments.Count is not (2 or 3)) Wrong(directive, "SecRule takes variables, an operator and actions");
                else AddRule(directive, directive.Arguments[0], directive.Arguments[1], directive.Arguments.Count == 3 ? directive.Arguments[2] : "", folder);
                break;
            case "secaction":
                if (directive.Arguments.Count != 1) Wrong(directive, "SecAction takes actions");
                else AddRule(directive, null, null, directive.Arguments[0], folder);
                break;
            case "secmarker":
                if (directive.Arguments.Count != 1) Wrong(directive, "SecMarker takes a name");
                else foreach (var phase in phases) phase.Add(new Rule { Place = directive.Place, Marker = directive.Arguments[0] });
                break;
            case "secdefaultaction":
                SetDefault(directive);
                break;
            case "secruleremovebyid":
                foreach (var range in directive.Arguments.SelectMany(a => a.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)))
                    if (Range(range) is var (first, last)) RemoveWhere(r => r.Id >= first && r.Id <= last);
                    else Wrong(directive, $"'{range}' is no id");
                break;
            case "secruleremovebytag":
                foreach (var tag in directive.Arguments) RemoveWhere(r => r.Tags.Contains(tag, StringComparer.Ordinal));
                break;
            case "secruleupdatetargetbyid":
                UpdateTargets(directive, (rule, range) => rule.Id >= range.First && rule.Id <= range.Last);
                break;
            case "secruleupdatetargetbytag":
                UpdateTargets(directive, (rule, _) => rule.Tags.Contains(directive.Arguments[0], StringComparer.Ordinal));
                break;
            case "include":
                if (depth >= 8) Wrong(directive, "includes go too deep");
                else foreach (var file in directive.Arguments) AddFiles(folder is null ? file : Path.Combine(folder, file), depth + 1);
                break;
            case "secruleengine":
                // The plugin's own mode counts.
                break;
            default:
                // Another kind of file than one of rules is named by mistake, or by somebody who may not read it: its lines are not repeated.
                if (!directive.Name.StartsWith("Sec", StringComparison.OrdinalIgnoreCase)) problems.Add(new(directive.Place, "this is no directive for rules", IsUnsupported: true));
                else if (!Ignored.Contains(directive.Name)) problems.Add(new(directive.Place, $"the directive {directive.Name} is not supported", IsUnsupported: true));
                break;
        }
    }

    private void AddRule(Directive directive, string? variables, string? written, string list, string? folder)
    {
        count++;
        var actions = RuleAction.Read(list);
        var chains = actions.Exists(a => a.Name is "chain");

        // A link of a chain that is left out: so is the whole chain.
        if (openIsLeftOut)
        {
            openIsLeftOut = chains;
            return;
        }

        if (Make(directive.Place, variables, written, actions, folder) is not { } rule)
        {
            DropOpen();
            openIsLeftOut = chains;
            return;
        }

        if (open is null)
        {
            if (rule.Id == 0)
            {
                Wrong(directive, "a rule needs an id");
                openIsLeftOut = chains;
                return;
            }

            if (!ids.TryAdd(rule.Id, directive.Place))
            {
                Wrong(directive, $"the id {rule.Id} is used at {ids[rule.Id]} already");
                openIsLeftOut = chains;
                return;
            }

            phases[rule.Phase - 1].Add(rule);
        }
        else
        {
            rule.Phase = open.Phase;
            open.Next = rule;
        }

        open = chains ? rule : null;
    }

    /// <summary>The chain whose link cannot be made goes as a whole: without that link it would mean something else.</summary>
    private void DropOpen()
    {
        if (open is null) return;
        var list = phases[open.Phase - 1];
        list.RemoveAt(list.Count - 1);
        open = null;
    }

    private Rule? Make(string place, string? variables, string? written, List<RuleAction> actions, string? folder)
    {
        var link = open is not null;
        if (Phase(place, actions, link) is not { } phase) return null;
        List<VariableSelector> selectors = [];
        WafOperator? test = null;
        var negated = false;
        if (variables is not null)
        {
            if (VariableSelector.Read(variables, out var unread) is not { } read) return Unsupported(place, unread);
            selectors = read;
            negated = written!.StartsWith('!');
            test = WafOperator.Read(negated ? written[1..] : written, folder, out var problem, out var unsupported);
            if (test is null)
            {
                problems.Add(new(place, problem, unsupported));
                return null;
            }
        }

        var names = new List<string>();
        var sets = new List<SetVariable>();
        var controls = new List<Control>();
        var disruption = Disruption.None;
        var remembers = false;
        foreach (var action in actions)
        {
            switch (action.Name)
            {
                case "t" when action.Value is "none":
                    names.Clear();
                    break;
                case "t":
                    if (!Transformation.All.ContainsKey(action.Value)) return Unsupported(place, $"the transformation {action.Value} is not supported");
                    names.Add(action.Value.ToLowerInvariant());
                    break;
                case "setvar":
                    if (Set(action.Value) is not { } set) return Unsupported(place, $"setvar:{action.Value}: only variables of TX, IP, GLOBAL, SESSION, USER and RESOURCE are supported");
                    sets.Add(set);
                    if (set.Collection is not "TX") remembers = true;
                    break;
                case "initcol" or "expirevar":
                    remembers = true;
                    break;
                case "ctl":
                    if (ControlOf(action.Value, out var why) is not { } control) return Unsupported(place, why);
                    if (control.Kind.Length > 0) controls.Add(control);
                    break;
                case "pass":
                    disruption = Disruption.Pass;
                    break;
                case "deny" or "drop":
                    disruption = Disruption.Deny;
                    break;
                case "block":
                    disruption = defaults[phase - 1];
                    break;
                case "allow":
                    disruption = action.Value is "phase" ? Disruption.AllowPhase : Disruption.Allow;
                    break;
                default:
                    if (!WithoutEffect.Contains(action.Name)) return Unsupported(place, $"the action {action.Name} is not supported");
                    break;
            }
        }

        if (remembers) remembering++;
        var id = Value("id");
        if (!link && id is not null && (!long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)) return Fault(place, $"'{id}' is no id");
        return new Rule
        {
            Place = place,
            Id = long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 0,
            Phase = phase,
            Variables = selectors,
            Operator = test,
            Negated = negated,
            Transformations = TransformationsOf(names),
            MultiMatch = Has("multimatch"),
            Captures = Has("capture"),
            Disruption = disruption,
            Status = int.TryParse(Value("status"), NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 400 and <= 599 ? status : null,
            Skip = int.TryParse(Value("skip"), NumberStyles.None, CultureInfo.InvariantCulture, out var skip) ? skip : 0,
            SkipAfter = Value("skipafter"),
            Sets = sets,
            Controls = controls,
            Message = Value("msg") is { } message ? new Macro(message) : null,
            Data = Value("logdata") is { } data ? new Macro(data) : null,
            Severity = Value("severity") ?? "",
            Tags = [.. actions.Where(a => a.Name is "tag").Select(a => a.Value)],
            Logs = !Has("nolog"),
        };

        string? Value(string name) => actions.FindLastIndex(a => a.Name == name) is var at and >= 0 ? actions[at].Value : null;

        bool Has(string name) => actions.Exists(a => a.Name == name);
    }

    private int? Phase(string place, List<RuleAction> actions, bool link)
    {
        var at = actions.FindLastIndex(a => a.Name is "phase");
        if (link) return open!.Phase;
        var phase = at < 0 ? "2" : actions[at].Value;
        switch (phase.ToLowerInvariant())
        {
            case "1":
                return 1;
            case "2" or "request":
                return 2;
            case "3" or "4" or "5" or "response" or "logging":
                problems.Add(new(place, $"phase {phase} is not supported: only requests are looked at", IsUnsupported: true));
                return null;
            default:
                problems.Add(new(place, $"'{phase}' is no phase", IsUnsupported: false));
                return null;
        }
    }

    private int TransformationsOf(List<string> names)
    {
        var key = string.Join(',', names);
        if (transformationIds.TryGetValue(key, out var known)) return known;
        transformations.Add([.. names.Select(n => Transformation.All[n])]);
        return transformationIds[key] = transformations.Count - 1;
    }

    private static SetVariable? Set(string text)
    {
        var removes = text.StartsWith('!');
        if (removes) text = text[1..];
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var name = (equals < 0 ? text : text[..equals]).Trim();
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0 || dot == name.Length - 1 || name[..dot].ToUpperInvariant() is not ("TX" or "IP" or "GLOBAL" or "SESSION" or "USER" or "RESOURCE")) return null;
        var collection = name[..dot].ToUpperInvariant();
        var key = new Macro(name[(dot + 1)..]);
        if (removes) return new(collection, key, null, 0);
        var value = equals < 0 ? "1" : text[(equals + 1)..];
        var sign = value.Length > 1 ? value[0] switch { '+' => 1, '-' => -1, _ => 0 } : 0;
        return new(collection, key, new Macro(sign == 0 ? value : value[1..]), sign);
    }

    private static Control? ControlOf(string text, out string problem)
    {
        problem = $"ctl:{text} is not supported";
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0) return null;
        var kind = text[..equals].Trim().ToLowerInvariant();
        var value = text[(equals + 1)..].Trim();
        switch (kind)
        {
            case "auditengine" or "auditlogparts" or "forcerequestbodyvariable" or "debugloglevel":
                // Bodies are always there as a variable; the rest is about another program's logs.
                return new Control("", 0, 0, "", []);
            case "ruleengine" or "requestbodyprocessor":
                return new Control(kind, 0, 0, value.ToUpperInvariant(), []);
            case "ruleremovebyid":
                return Range(value) is var (first, last) ? new Control(kind, first, last, "", []) : null;
            case "ruleremovebytag":
                return new Control(kind, 0, 0, value, []);
            case "ruleremovetargetbyid" or "ruleremovetargetbytag":
                var semicolon = value.IndexOf(';', StringComparison.Ordinal);
                if (semicolon < 0 || VariableSelector.Read(value[(semicolon + 1)..], out _) is not { } targets) return null;
                if (kind is "ruleremovetargetbytag") return new Control(kind, 0, 0, value[..semicolon], targets);
                return Range(value[..semicolon]) is var (from, to) ? new Control(kind, from, to, "", targets) : null;
            default:
                return null;
        }
    }

    private static (long First, long Last)? Range(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return long.TryParse(dash < 0 ? text : text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && long.TryParse(dash < 0 ? text : text[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? (first, last) : null;
    }

    private void SetDefault(Directive directive)
    {
        var actions = directive.Arguments.Count == 1 ? RuleAction.Read(directive.Arguments[0]) : [];
        var phase = actions.Find(a => a.Name is "phase").Value ?? "2";
        if (actions.Exists(a => a.Name is "t" && a.Value is not "none"))
        {
            problems.Add(new(directive.Place, "transformations in SecDefaultAction are not supported", IsUnsupported: true));
            return;
        }

        if (phase is not ("1" or "2")) return;
        defaults[phase is "1" ? 0 : 1] = actions.Exists(a => a.Name is "deny" or "drop" or "block") ? Disruption.Deny : Disruption.Pass;
    }

    private void UpdateTargets(Directive directive, Func<Rule, (long First, long Last), bool> isMeant)
    {
        if (directive.Arguments.Count != 2 || VariableSelector.Read(directive.Arguments[1], out _) is not { } targets)
        {
            Wrong(directive, $"{directive.Name} takes rules and variables");
            return;
        }

        var range = Range(directive.Arguments[0]) ?? (0, -1);
        foreach (var rule in phases.SelectMany(p => p).Where(r => r.Marker is null && isMeant(r, range))) rule.Variables.AddRange(targets);
    }

    private void RemoveWhere(Predicate<Rule> isMeant)
    {
        foreach (var phase in phases) phase.RemoveAll(r => r.Marker is null && isMeant(r));
    }

    private Rule? Unsupported(string place, string problem)
    {
        problems.Add(new(place, problem, IsUnsupported: true));
        return null;
    }

    private Rule? Fault(string place, string problem)
    {
        problems.Add(new(place, problem, IsUnsupported: false));
        return null;
    }

    private void Wrong(Directive directive, string problem) => problems.Add(new(directive.Place, problem, IsUnsupported: false));
}

using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Sluice.Gateway.Plugins.Waf.Requests;
using Sluice.Gateway.Plugins.Waf.Rules;

namespace Sluice.Gateway.Plugins.Waf;

/// <summary>Runs the rules over one request.</summary>
/// <param name="rules">The rules.</param>
/// <param name="request">The request.</param>
/// <param name="limit">How long that may take.</param>
internal sealed class Transaction(RuleSet rules, RequestView request, TimeSpan limit)
{
    private const int MaxMatches = 50;
    private const int MaxMatchedValues = 1000;

    private readonly Dictionary<string, string> variables = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<(string Text, int Transformations), string> transformed = new(new ByReference());
    private readonly List<RequestValue> matched = [];
    private readonly List<Control> removals = [];
    private readonly long started = Stopwatch.GetTimestamp();
    private RequestValue current = new("", "", "");
    private bool captures;
    private bool stopped;

    /// <summary>The rules that matched and are to be logged.</summary>
    public List<RuleMatch> Matches { get; } = [];

    /// <summary>A rule has asked that nothing be refused: <c>ctl:ruleEngine=DetectionOnly</c>.</summary>
    public bool OnlyCounts { get; private set; }

    /// <summary>The rules took too long, or a pattern did: what would have matched is not known.</summary>
    public bool RanOut { get; private set; }

    public void SetVariable(string name, string value) => variables[name] = value;

    public string? Variable(string name) => variables.GetValueOrDefault(name);

    /// <summary>Runs a phase.</summary>
    /// <param name="phase">1 for the head, 2 for the whole.</param>
    /// <returns>The rule that refuses the request; null when none does.</returns>
    public Rule? Run(int phase)
    {
        var list = rules.Phases[phase - 1];
        for (var i = 0; i < list.Length && !stopped && !RanOut; i++)
        {
            var rule = list[i];
            if (rule.Marker is not null || IsRemoved(rule)) continue;
            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                RanOut = true;
                break;
            }

            if (!MatchesChain(rule)) continue;
            switch (rule.Disruption)
            {
                case Disruption.Deny:
                    return rule;
                case Disruption.Allow:
                    stopped = true;
                    break;
                case Disruption.AllowPhase:
                    return null;
            }

            if (rule.SkipAfter is { } marker)
            {
                while (++i < list.Length && list[i].Marker != marker)
                {
                    // A marker that is not there ends the phase.
                }
            }
            else
            {
                for (var skip = rule.Skip; skip > 0 && i + 1 < list.Length; i++)
                    if (list[i + 1].Marker is null) skip--;
            }
        }

        return null;
    }

    /// <summary>Whether the pattern matches; its groups become <c>TX:0</c> to <c>TX:9</c> where the rule captures.</summary>
    public bool Match(Regex pattern, string value)
    {
        try
        {
            if (!captures) return pattern.IsMatch(value);
            var match = pattern.Match(value);
            if (!match.Success) return false;
            for (var i = 0; i <= 9; i++)
                if (i < match.Groups.Count && match.Groups[i].Success) variables[Digit(i)] = match.Groups[i].Value;
                else variables.Remove(Digit(i));
            return true;
        }
        catch (RegexMatchTimeoutException)
        {
            RanOut = true;
            return false;
        }
    }

    public void Capture(string text)
    {
        if (captures) variables["0"] = text;
    }

    /// <summary>The value of <c>%{name}</c>.</summary>
    public string Lookup(string name)
    {
        var separator = name.IndexOfAny(['.', ':']);
        var collection = (separator < 0 ? name : name[..separator]).ToUpperInvariant();
        var key = separator < 0 ? null : name[(separator + 1)..];
        if (collection is "TX") return key is null ? "" : variables.GetValueOrDefault(key, "");
        if (collection is "RULE") return key?.ToUpperInvariant() switch { "ID" => currentRule?.Id.ToString(CultureInfo.InvariantCulture), "MSG" => currentRule?.Message?.Expand(this), "SEVERITY" => currentRule?.Severity, _ => null } ?? "";
        foreach (var value in Values(collection))
            if (key is null || string.Equals(value.Key, key, StringComparison.OrdinalIgnoreCase)) return value.Text;
        return "";
    }

    private Rule? currentRule;

    private bool MatchesChain(Rule start)
    {
        matched.Clear();
        for (var rule = start; rule is not null; rule = rule.Next)
        {
            currentRule = start;
            if (!MatchesOne(rule)) return false;
        }

        currentRule = start;
        foreach (var control in start.Controls.Concat(Links(start).SelectMany(l => l.Controls))) Apply(control);
        if (start.Logs && Matches.Count < MaxMatches) Matches.Add(new(start, start.Message?.Expand(this) ?? "", start.Data?.Expand(this) ?? "", current.Name));
        return true;
    }

    private static IEnumerable<Rule> Links(Rule start)
    {
        for (var link = start.Next; link is not null; link = link.Next) yield return link;
    }

    /// <summary>Every value that matches sets what the rule sets: scores add up.</summary>
    private bool MatchesOne(Rule rule)
    {
        captures = rule.Captures;
        if (rule.Operator is null)
        {
            Set(rule);
            return true;
        }

        var any = false;
        foreach (var value in Targets(rule))
        {
            if (RanOut) return false;
            if (!Test(rule, value)) continue;
            any = true;
            current = value;
            if (matched.Count < MaxMatchedValues) matched.Add(value);
            Set(rule);
        }

        return any;
    }

    private bool Test(Rule rule, in RequestValue value)
    {
        if (!rule.MultiMatch) return rule.Operator!.Matches(Transformed(value.Text, rule.Transformations), this) != rule.Negated;
        var text = value.Text;
        if (rule.Operator!.Matches(text, this) != rule.Negated) return true;
        foreach (var transformation in rules.Transformations[rule.Transformations])
        {
            var next = transformation(text);
            if (string.Equals(next, text, StringComparison.Ordinal)) continue;
            text = next;
            if (rule.Operator.Matches(text, this) != rule.Negated) return true;
        }

        return false;
    }

    private string Transformed(string text, int list)
    {
        if (list == 0) return text;
        if (transformed.TryGetValue((text, list), out var known)) return known;
        var result = text;
        foreach (var transformation in rules.Transformations[list]) result = transformation(result);
        return transformed[(text, list)] = result;
    }

    private List<RequestValue> Targets(Rule rule)
    {
        var targets = new List<RequestValue>();
        foreach (var selector in rule.Variables)
        {
            if (selector.IsExclusion) continue;
            var found = 0;
            foreach (var value in Values(selector.Collection))
            {
                if (!selector.Means(value) || IsExcluded(rule, value)) continue;
                found++;
                if (!selector.IsCount) targets.Add(value);
            }

            if (selector.IsCount) targets.Add(new(selector.Collection, selector.Key ?? "", found.ToString(CultureInfo.InvariantCulture)));
        }

        return targets;
    }

    private IEnumerable<RequestValue> Values(string collection) => collection switch
    {
        "TX" => variables.Where(v => !v.Key.Contains('\n', StringComparison.Ordinal)).Select(v => new RequestValue("TX", v.Key, v.Value)).ToArray(),
        "IP" or "GLOBAL" or "SESSION" or "USER" or "RESOURCE" =>
            variables.Where(v => v.Key.StartsWith(collection + "\n", StringComparison.Ordinal)).Select(v => new RequestValue(collection, v.Key[(collection.Length + 1)..], v.Value)).ToArray(),
        "MATCHED_VAR" => [new(collection, "", current.Text)],
        "MATCHED_VAR_NAME" => [new(collection, "", current.Name)],
        "MATCHED_VARS" => matched.Select(m => new RequestValue(collection, m.Name, m.Text)).ToArray(),
        "MATCHED_VARS_NAMES" => matched.Select(m => new RequestValue(collection, m.Name, m.Name)).ToArray(),
        _ => request.All(collection),
    };

    private bool IsExcluded(Rule rule, in RequestValue value)
    {
        foreach (var selector in rule.Variables)
            if (selector.IsExclusion && selector.Means(value)) return true;
        foreach (var removal in removals)
        {
            if (removal.Targets.Count == 0 || !Concerns(removal, currentRule!)) continue;
            foreach (var target in removal.Targets)
                if (target.Means(value)) return true;
        }

        return false;
    }

    private bool IsRemoved(Rule rule)
    {
        foreach (var removal in removals)
            if (removal.Targets.Count == 0 && Concerns(removal, rule)) return true;
        return false;
    }

    private static bool Concerns(Control removal, Rule rule) =>
        removal.Kind.EndsWith("tag", StringComparison.Ordinal) ? rule.Tags.Contains(removal.Text, StringComparer.Ordinal) : rule.Id >= removal.First && rule.Id <= removal.Last;

    private void Apply(Control control)
    {
        switch (control.Kind)
        {
            case "ruleengine":
                stopped |= control.Text is "OFF";
                OnlyCounts = control.Text is "DETECTIONONLY";
                break;
            case "requestbodyprocessor":
                request.Processor = control.Text;
                break;
            default:
                removals.Add(control);
                break;
        }
    }

    private void Set(Rule rule)
    {
        foreach (var (collection, name, value, sign) in rule.Sets)
        {
            var key = name.Expand(this);
            if (collection is not "TX") key = $"{collection}\n{key}";
            if (value is null) variables.Remove(key);
            else if (sign == 0) variables[key] = value.Expand(this);
            else variables[key] = (Macro.Number(variables.GetValueOrDefault(key, "0")) + (sign * Macro.Number(value.Expand(this)))).ToString(CultureInfo.InvariantCulture);
        }
    }

    private static string Digit(int i) => i.ToString(CultureInfo.InvariantCulture);

    /// <summary>The texts of a request stay the same objects: comparing what may be megabytes is not needed.</summary>
    private sealed class ByReference : IEqualityComparer<(string Text, int Transformations)>
    {
        public bool Equals((string Text, int Transformations) x, (string Text, int Transformations) y) => ReferenceEquals(x.Text, y.Text) && x.Transformations == y.Transformations;

        public int GetHashCode((string Text, int Transformations) key) => HashCode.Combine(RuntimeHelpers.GetHashCode(key.Text), key.Transformations);
    }
}

/// <summary>A rule that matched.</summary>
/// <param name="Rule">The rule, or the first of its chain.</param>
/// <param name="Message">What it says.</param>
/// <param name="Data">What it found.</param>
/// <param name="Variable">Where it found it.</param>
internal sealed record RuleMatch(Rule Rule, string Message, string Data, string Variable);

using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Sluice.Gateway.Plugins.IpRestriction;
using Sluice.Gateway.Plugins.Waf.Rules;

namespace Sluice.Gateway.Plugins.Waf.Operators;

/// <summary>What a rule asks of a value. One serves many requests at once.</summary>
internal abstract class WafOperator
{
    private const int MaxPhrases = 100_000;
    private const int MaxFile = 16 * 1024 * 1024;

    /// <summary>Whether the value is so.</summary>
    /// <param name="value">Transformed already.</param>
    /// <param name="transaction">For macros and captures.</param>
    public abstract bool Matches(string value, Transaction transaction);

    /// <summary>Reads an operator as it stands in a rule, behind its <c>!</c>.</summary>
    /// <param name="written">As <c>@rx x</c>; without an <c>@</c> it is a pattern.</param>
    /// <param name="folder">Where files are looked for.</param>
    /// <param name="problem">What cannot be read.</param>
    /// <param name="unsupported">The problem is that it is not supported.</param>
    public static WafOperator? Read(string written, string? folder, out string problem, out bool unsupported)
    {
        problem = "";
        unsupported = false;
        var name = "rx";
        var argument = written;
        if (written.StartsWith('@'))
        {
            var space = written.IndexOf(' ', StringComparison.Ordinal);
            name = space < 0 ? written[1..] : written[1..space];
            argument = space < 0 ? "" : written[(space + 1)..];
        }

        switch (name.ToLowerInvariant())
        {
            case "rx":
                if (Macro.IsIn(argument)) return new DynamicPattern(new Macro(argument));
                return PatternTranslation.TryCompile(argument, ignoreCase: false, out problem) is { } pattern ? new Pattern(pattern) : null;
            case "pm":
                return Phrases.Of(argument.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), out problem);
            case "pmfromfile" or "pmf":
                return Lines(argument, folder, out problem) is { } phrases ? Phrases.Of(phrases, out problem) : null;
            case "streq":
                return new Comparison(argument, static (value, with) => string.Equals(value, with, StringComparison.Ordinal));
            case "contains" or "strmatch":
                return new Comparison(argument, static (value, with) => value.Contains(with, StringComparison.Ordinal));
            case "containsword":
                return new Comparison(argument, ContainsWord);
            case "beginswith":
                return new Comparison(argument, static (value, with) => value.StartsWith(with, StringComparison.Ordinal));
            case "endswith":
                return new Comparison(argument, static (value, with) => value.EndsWith(with, StringComparison.Ordinal));
            case "within":
                return new Comparison(argument, static (value, with) => with.Contains(value, StringComparison.Ordinal));
            case "eq":
                return new Comparison(argument, static (value, with) => Macro.Number(value) == Macro.Number(with));
            case "ge":
                return new Comparison(argument, static (value, with) => Macro.Number(value) >= Macro.Number(with));
            case "gt":
                return new Comparison(argument, static (value, with) => Macro.Number(value) > Macro.Number(with));
            case "le":
                return new Comparison(argument, static (value, with) => Macro.Number(value) <= Macro.Number(with));
            case "lt":
                return new Comparison(argument, static (value, with) => Macro.Number(value) < Macro.Number(with));
            case "validatebyterange":
                return ByteRange.Read(argument, out problem);
            case "validateurlencoding":
                return new Check(static value => !Encodings.IsUrlEncoded(value));
            case "validateutf8encoding":
                return new Check(static value => !Encodings.IsUtf8(value));
            case "ipmatch":
                return Addresses.Read(argument.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), out problem);
            case "ipmatchfromfile" or "ipmatchf":
                if (Lines(argument, folder, out problem) is not { } blocks) return null;
                var addresses = Addresses.Read(blocks, out problem);
                // What stands in the file is not repeated.
                if (addresses is null) problem = $"{argument}: a line is no address or block of addresses";
                return addresses;
            case "unconditionalmatch":
                return new Check(static _ => true);
            case "nomatch":
                return new Check(static _ => false);
            default:
                unsupported = true;
                problem = name is "detectSQLi" or "detectXSS"
                    ? $"@{name} is not supported: it needs libinjection, which is not to be had"
                    : $"the operator @{name} is not supported";
                return null;
        }
    }

    private static bool ContainsWord(string value, string word)
    {
        for (var at = value.IndexOf(word, StringComparison.Ordinal); at >= 0; at = value.IndexOf(word, at + 1, StringComparison.Ordinal))
        {
            var end = at + word.Length;
            if ((at == 0 || !char.IsAsciiLetterOrDigit(value[at - 1])) && (end >= value.Length || !char.IsAsciiLetterOrDigit(value[end]))) return true;
            if (at + 1 >= value.Length) break;
        }

        return false;
    }

    private static string[]? Lines(string names, string? folder, out string problem)
    {
        var lines = new List<string>();
        problem = "";
        foreach (var name in names.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var path = folder is null ? name : Path.Combine(folder, name);
            try
            {
                if (LimitedFile.ReadText(path, MaxFile, System.Text.Encoding.Latin1) is not { } text)
                {
                    problem = $"{path}: the file is too large";
                    return null;
                }

                lines.AddRange(text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#'));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
            {
                problem = $"{path}: {e.Message}";
                return null;
            }
        }

        if (lines.Count <= MaxPhrases) return [.. lines];
        problem = $"more than {MaxPhrases} lines";
        return null;
    }

    private sealed class Check(Func<string, bool> check) : WafOperator
    {
        public override bool Matches(string value, Transaction transaction) => check(value);
    }

    private sealed class Comparison(string argument, Func<string, string, bool> compare) : WafOperator
    {
        private readonly Macro with = new(argument);

        public override bool Matches(string value, Transaction transaction) => compare(value, with.Expand(transaction));
    }

    private sealed class Pattern(Regex pattern) : WafOperator
    {
        public override bool Matches(string value, Transaction transaction) => transaction.Match(pattern, value);
    }

    /// <summary>A pattern that is known only when a request is there; few different ones come about.</summary>
    private sealed class DynamicPattern(Macro macro) : WafOperator
    {
        private const int MaxKept = 64;

        private readonly ConcurrentDictionary<string, Regex?> patterns = new(StringComparer.Ordinal);

        public override bool Matches(string value, Transaction transaction)
        {
            var text = macro.Expand(transaction);
            if (!patterns.TryGetValue(text, out var pattern))
            {
                pattern = PatternTranslation.TryCompile(text, ignoreCase: false, out _);
                if (patterns.Count < MaxKept) patterns[text] = pattern;
            }

            return pattern is not null && transaction.Match(pattern, value);
        }
    }

    private sealed class Phrases(SearchValues<string> phrases, string[] all) : WafOperator
    {
        public static Phrases? Of(string[] all, out string problem)
        {
            problem = all.Length == 0 ? "there is no phrase" : "";
            return all.Length == 0 ? null : new(SearchValues.Create(all, StringComparison.OrdinalIgnoreCase), all);
        }

        public override bool Matches(string value, Transaction transaction)
        {
            var at = value.AsSpan().IndexOfAny(phrases);
            if (at < 0) return false;
            transaction.Capture(all.Where(p => value.AsSpan(at).StartsWith(p, StringComparison.OrdinalIgnoreCase)).MaxBy(p => p.Length) ?? "");
            return true;
        }
    }

    /// <summary>Matches what has a byte outside.</summary>
    private sealed class ByteRange(SearchValues<char> allowed) : WafOperator
    {
        public static ByteRange? Read(string argument, out string problem)
        {
            var allowed = new List<char>();
            foreach (var part in argument.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                var dash = part.IndexOf('-', StringComparison.Ordinal);
                if (!byte.TryParse(dash < 0 ? part : part[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var from)
                    || !byte.TryParse(dash < 0 ? part : part[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var to))
                {
                    problem = $"'{part}' is no range of bytes";
                    return null;
                }

                for (var c = (int)from; c <= to; c++) allowed.Add((char)c);
            }

            problem = "";
            return new ByteRange(SearchValues.Create(allowed.ToArray()));
        }

        public override bool Matches(string value, Transaction transaction) => value.AsSpan().ContainsAnyExcept(allowed);
    }

    private sealed class Addresses(AddressRanges ranges) : WafOperator
    {
        public static Addresses? Read(string[] blocks, out string problem)
        {
            problem = blocks.FirstOrDefault(b => !AddressRanges.TryParse(b, out _)) is { } wrong ? $"'{wrong}' is no address or block of addresses" : "";
            return problem.Length > 0 ? null : new(new AddressRanges(blocks));
        }

        public override bool Matches(string value, Transaction transaction) => IPAddress.TryParse(value, out var address) && ranges.Contains(address);
    }
}

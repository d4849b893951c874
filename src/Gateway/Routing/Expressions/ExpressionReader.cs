using System.Globalization;
using System.Net;
using System.Text;
using Sluice.Gateway.Routing.RegularExpressions;

namespace Sluice.Gateway.Routing.Expressions;

/// <summary>
/// Reads the language of Kong's expressions router: tests like <c>http.path ^= "/a"</c> joined by <c>&amp;&amp;</c> and <c>||</c>, of which
/// <c>||</c> binds tighter, with <c>!</c> before parentheses.
/// </summary>
internal sealed class ExpressionReader(string text)
{
    private const int MaxDepth = 100;
    private static readonly string[] Operators = ["==", "!=", "^=", "=^", ">=", "<=", ">", "<", "~"];
    private int at;
    private int depth;

    /// <summary>Whether both joining operators stand side by side.</summary>
    public bool Mixed { get; private set; }

    /// <summary>Reads all; returns what is wrong and where, or null.</summary>
    public string? TryRead(out Condition? root)
    {
        root = null;
        try
        {
            root = ReadAnd();
            Skip();
            if (at < text.Length) throw Bad("expected && or ||");
            return null;
        }
        catch (FormatException problem)
        {
            root = null;
            return $"column {at + 1}: {problem.Message}";
        }
    }

    private static FormatException Bad(string message) => new(message);

    private Condition ReadAnd()
    {
        var parts = new List<Condition> { ReadOr(out var or) };
        while (Take("&&"))
        {
            parts.Add(ReadOr(out var next));
            or |= next;
        }

        Mixed |= or && parts.Count > 1;
        return parts.Count == 1 ? parts[0] : new AndCondition([.. parts]);
    }

    private Condition ReadOr(out bool several)
    {
        var parts = new List<Condition> { ReadTerm() };
        while (Take("||")) parts.Add(ReadTerm());
        several = parts.Count > 1;
        return several ? new OrCondition([.. parts]) : parts[0];
    }

    private Condition ReadTerm()
    {
        Skip();
        var start = at;
        var negated = Take("!");
        if (Take("("))
        {
            if (++depth > MaxDepth) throw Bad("parentheses are nested too deep");
            var inner = ReadAnd();
            if (!Take(")")) throw Bad("expected )");
            depth--;
            return negated ? new NotCondition(inner) : inner;
        }

        if (!negated) return ReadPredicate();
        at = start;
        throw Bad("! stands only before parentheses: !(...)");
    }

    private Condition ReadPredicate()
    {
        var start = at;
        var (field, lower, any) = ReadSubject();
        if (lower && field.Type != FieldType.Text) throw Bad($"lower() is for text, and {field.Name} is none", start);

        Skip();
        var sign = ReadOperator();
        Skip();
        var valueAt = at;
        if (at >= text.Length) throw Bad("expected a value: a text, a number, an address or a block");
        return text[at] is '"' || text.AsSpan(at).StartsWith("r#\"")
            ? OnText(field, sign, ReadText(), lower, any, valueAt)
            : OnBareValue(field, sign, valueAt);
    }

    private FormatException Bad(string message, int where)
    {
        at = where;
        return new FormatException(message);
    }

    private (ExpressionField Field, bool Lower, bool Any) ReadSubject()
    {
        var start = at;
        var name = ReadName();
        if (!Take("("))
        {
            return (ExpressionField.Find(name) ?? throw Bad($"unknown field {name}", start), false, false);
        }

        if (name is not ("lower" or "any")) throw Bad($"unknown function {name}; lower and any are known", start);
        if (++depth > MaxDepth) throw Bad("functions are nested too deep");
        Skip();
        var (field, lower, any) = ReadSubject();
        if (!Take(")")) throw Bad("expected )");
        depth--;
        return (field, lower || name == "lower", any || name == "any");
    }

    private string ReadName()
    {
        var start = at;
        if (at >= text.Length || !char.IsAsciiLetter(text[at])) throw Bad("expected a field, such as http.path");
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '.')) at++;
        return text[start..at];
    }

    private string ReadOperator()
    {
        foreach (var sign in Operators)
            if (Take(sign)) return sign;
        if (TakeWord("contains")) return "contains";
        if (TakeWord("in")) return "in";
        if (TakeWord("not") && TakeWord("in")) return "not in";
        throw Bad("expected an operator: == != ~ ^= =^ > >= < <= in, not in or contains");
    }

    private Condition OnText(ExpressionField field, string sign, string value, bool lower, bool any, int valueAt)
    {
        if (field.Type != FieldType.Text) throw Bad($"{field.Name} cannot be compared with a text", valueAt);
        var test = sign switch
        {
            "==" => TextOperator.Equal,
            "!=" => TextOperator.NotEqual,
            "~" => TextOperator.Regex,
            "^=" => TextOperator.Prefix,
            "=^" => TextOperator.Suffix,
            "contains" => TextOperator.Contains,
            _ => throw Bad($"{sign} cannot be used with a text", valueAt),
        };
        if (test != TextOperator.Regex) return new TextPredicate(field, test, value, null, lower, any);
        var regex = RouteRegex.TryCompile(value, out var error) ?? throw Bad($"not a regular expression: {error}", valueAt);
        return new TextPredicate(field, test, value, regex, lower, any);
    }

    private Condition OnBareValue(ExpressionField field, string sign, int valueAt)
    {
        var word = ReadBareWord();
        if (IsAddress(word)) return OnAddress(field, sign, word, valueAt);
        if (!TryInteger(word, out var number)) throw Bad("expected a value: a text, a number, an address or a block", valueAt);
        if (field.Type != FieldType.Integer) throw Bad($"{field.Name} cannot be compared with a number", valueAt);
        return new IntegerPredicate(field, sign switch
        {
            "==" => IntegerOperator.Equal,
            "!=" => IntegerOperator.NotEqual,
            ">" => IntegerOperator.Greater,
            ">=" => IntegerOperator.GreaterOrEqual,
            "<" => IntegerOperator.Less,
            "<=" => IntegerOperator.LessOrEqual,
            _ => throw Bad($"{sign} cannot be used with a number", valueAt),
        }, number);
    }

    private Condition OnAddress(ExpressionField field, string sign, string word, int valueAt)
    {
        if (field.Type != FieldType.Address) throw Bad($"{field.Name} cannot be compared with an address", valueAt);
        if (!word.Contains('/'))
        {
            if (!IPAddress.TryParse(word, out var address)) throw Bad("not an IP address", valueAt);
            if (sign is not ("==" or "!=")) throw Bad($"{sign} needs a block, such as {word}/{address.GetAddressBytes().Length * 8}", valueAt);
            return new AddressPredicate(field, new IPNetwork(address, address.GetAddressBytes().Length * 8), sign == "!=");
        }

        if (!IpBlock.TryParse(word, out var block)) throw Bad("not an IP block", valueAt);
        if (!block.BaseAddress.Equals(IPAddress.Parse(word.AsSpan(0, word.IndexOf('/')))))
            throw Bad($"the block has bits after its prefix; {block} has not", valueAt);
        if (sign is not ("in" or "not in")) throw Bad($"{sign} cannot be used with a block", valueAt);
        return new AddressPredicate(field, block, sign == "not in");
    }

    private string ReadBareWord()
    {
        var start = at;
        if (at < text.Length && text[at] == '-') at++;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '.' or ':' or '/')) at++;
        return text[start..at];
    }

    private static bool IsAddress(string word) => word.Contains('.') || word.Contains(':');

    /// <summary>Decimal, <c>0x</c> hexadecimal, or octal with a leading zero.</summary>
    private static bool TryInteger(string word, out long number)
    {
        var digits = word.StartsWith('-') ? word[1..] : word;
        number = 0;
        if (digits.StartsWith("0x", StringComparison.Ordinal))
        {
            if (!long.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number) || number < 0) return false;
        }
        else if (digits.Length > 1 && digits[0] == '0' && digits.All(static digit => digit is >= '0' and <= '7'))
        {
            if (digits.Length > 20) return false;
            foreach (var digit in digits) number = (number * 8) + (digit - '0');
        }
        else if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number))
        {
            return false;
        }

        if (word.StartsWith('-')) number = -number;
        return true;
    }

    private string ReadText()
    {
        if (text[at] == 'r')
        {
            var end = text.IndexOf("\"#", at + 3, StringComparison.Ordinal);
            if (end < 0) throw Bad("the text r#\"... is not closed with \"#");
            var raw = text[(at + 3)..end];
            at = end + 2;
            return raw;
        }

        var start = at++;
        var value = new StringBuilder();
        while (at < text.Length && text[at] != '"')
        {
            if (text[at] != '\\')
            {
                value.Append(text[at++]);
                continue;
            }

            value.Append((at + 1 < text.Length ? text[at + 1] : '\0') switch
            {
                '"' => '"',
                '\\' => '\\',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                _ => throw Bad("unknown escape; \\\" \\\\ \\n \\r \\t are known, or write r#\"...\"#"),
            });
            at += 2;
        }

        if (at >= text.Length) throw Bad("the text is not closed", start);
        at++;
        return value.ToString();
    }

    private bool TakeWord(string word)
    {
        Skip();
        if (!text.AsSpan(at).StartsWith(word)) return false;
        at += word.Length;
        return true;
    }

    private bool Take(string token)
    {
        Skip();
        if (!text.AsSpan(at).StartsWith(token)) return false;
        at += token.Length;
        return true;
    }

    private void Skip()
    {
        while (at < text.Length && text[at] is ' ' or '\t' or '\r' or '\n') at++;
    }
}

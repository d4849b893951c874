using System.Text.RegularExpressions;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Extensions;

/// <summary>What n8n finds in text: addresses, domains, currencies, markup. Every pattern has a time limit.</summary>
internal static partial class TextPatterns
{
    private const int Limit = 100;

    private const string Host = @"(?:(?:[-\w]+\.)+(?:[a-zA-Z]{2,}|xn--[a-zA-Z0-9]+)|localhost|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})";

    private const RegexOptions Loose = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ECMAScript;

    public static bool IsDomain(Evaluator e, string text) => Cost(e, text) && DomainPattern().IsMatch(text);

    public static bool IsEmail(Evaluator e, string text) => Cost(e, text) && !text.Contains(' ') && EmailPattern().IsMatch(text);

    public static bool IsUrl(Evaluator e, string text) => Cost(e, text) && WholeUrl().IsMatch(text);

    public static string? Email(Evaluator e, string text) => Cost(e, text) && EmailPattern().Match(text) is { Success: true } match ? match.Value : null;

    public static string? Url(Evaluator e, string text) => Cost(e, text) && AnyUrl().Match(text) is { Success: true } match ? match.Value : null;

    public static string? Domain(Evaluator e, string text)
    {
        if (IsEmail(e, text)) return EmailPattern().Match(text).Groups["domain"].Value;
        return DomainInside().Match(text) is { Success: true } match ? match.Groups[1].Value : null;
    }

    public static string RemoveTags(Evaluator e, string text) => Cost(e, text) ? Tags().Replace(text, "") : text;

    public static string RemoveCurrency(string text) => Currencies().Replace(text, "");

    public static string RemoveMarkdown(Evaluator e, string text)
    {
        Cost(e, text);
        Cost(e, text);
        foreach (var (pattern, replacement) in Markdown)
        {
            e.AllocateText(text.Length);
            text = pattern.Replace(text, replacement);
        }

        return text;
    }

    private static readonly (Regex, string)[] Markdown =
    [
        (Of(@"^([\s\t]*)([*\-+]|\d\.)\s+", RegexOptions.Multiline), "$1"),
        (Of(@"\n={2,}"), "\n"),
        (Of("~~"), ""),
        (Of(@"`{3}[^\n]*\n"), ""),
        (Of(@"<[\w|\s|=|'|""|:|(|)|,|;|/|0-9|.|-]+[>|\\>]"), ""),
        (Of(@"^[=-]{2,}\s*\z"), ""),
        (Of(@"\[\^[^\n]+?\](: [^\n]*?\z)?"), ""),
        (Of(@"\s{0,2}\[[^\n]*?\]: [^\n]*?\z"), ""),
        (Of(@"!\[[^\n]*?\][\[(][^\n]*?[\])]"), ""),
        (Of(@"\[([^\n]*?)\][\[(][^\n]*?[\])]"), "$1"),
        (Of(">"), ""),
        (Of(@"^\s{1,2}\[([^\n]*?)\]: (\S+)( ""[^\n]*?"")?\s*\z"), ""),
        (Of(@"^#{1,6}\s*([^#]*)\s*(#{1,6})?", RegexOptions.Multiline), "$1"),
        (Of(@"([*_]{1,3})(\S[^\n]*?\S)\1"), "$2"),
        (Of(@"(`{3,})([^\n]*?)\1"), "$2"),
        (Of(@"^-{3,}\s*\z"), ""),
        (Of(@"`([^\n]+?)`"), "$1"),
        (Of(@"\n{2,}"), "\n\n"),
    ];

    private static Regex Of(string pattern, RegexOptions options = RegexOptions.None) => new(pattern, options | RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(Limit));

    private static bool Cost(Evaluator e, string text)
    {
        e.AllocateText(text.Length);
        e.Step(20 + text.Length * 2);
        return true;
    }

    [GeneratedRegex(@"^(?:www\.)?(" + Host + @")(?::\d+)?(?:\/[^\s?]*)?(?:\?[^\s#]*)?(?:#[^\s]*)?$", Loose, Limit)]
    private static partial Regex DomainPattern();

    [GeneratedRegex(@"^(?:(?:https?|ftp):\/\/)?(?:mailto:)?(?:\/\/)?((?:www\.)?" + Host + @")(?::\d+)?(?:\/[^\s?]*)?(?:\?[^\s#]*)?(?:#[^\s]*)?$", Loose, Limit)]
    private static partial Regex DomainInside();

    [GeneratedRegex(@"(([^<>()\[\]\\.,;:\s@""]+(\.[^<>()\[\]\\.,;:\s@""]+)*)|("".+""))@(?<domain>(\[[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\])|(([a-zA-Z\-0-9]+\.)+[a-zA-Z]{2,}))", RegexOptions.CultureInvariant, Limit)]
    private static partial Regex EmailPattern();

    [GeneratedRegex(@"^(?:(?:https?|ftp):\/\/)(?:www\.)?(" + Host + @")(?::\d+)?(?:\/[^\s?#]*)?(?:\?[^\s#]*)?#?[^\s]*$", Loose, Limit)]
    private static partial Regex WholeUrl();

    [GeneratedRegex(@"(?:(?:https?|ftp):\/\/)(?:www\.)?(" + Host + @")(?::\d+)?(?:\/[^\s?#]*)?(?:\?[^\s#]*)?#?[^\s]*", Loose, Limit)]
    private static partial Regex AnyUrl();

    [GeneratedRegex("<[^>]*>?", RegexOptions.None, Limit)]
    private static partial Regex Tags();

    [GeneratedRegex(@"Lek|؋|\$|ƒ|₼|Br|BZ\$|\$b|KM|P|лв|R\$|៛|¥|₡|kn|₱|Kč|kr|RD\$|£|€|¢|Q|L|Ft|₹|Rp|﷼|₪|J\$|₩|₭|ден|RM|₨|₮|MT|C\$|₦|B/\.|Gs|S/\.|zł|lei|₽|Дин\.|S|R|CHF|NT\$|฿|TT\$|₺|₴|\$U|Bs|₫|Z\$", RegexOptions.CultureInvariant, Limit)]
    private static partial Regex Currencies();
}

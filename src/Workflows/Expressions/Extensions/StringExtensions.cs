using System.Security.Cryptography;
using System.Text;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.DateTimes;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.Extensions;

/// <summary>What n8n adds to strings. Changes of case are in TextCases, what is found in text in TextPatterns.</summary>
internal static class StringExtensions
{
    public static MethodTable Table { get; } = new MethodTable.Builder()
        .Add("hash", 1, (e, self, a) => Hash(e, self.AsString!, a.At(0).IsNullish ? "md5" : Coerce.ToText(e, a[0])))
        .Add("removeMarkdown", 0, (e, self, _) => TextPatterns.RemoveMarkdown(e, self.AsString!))
        .Add("removeTags", 0, (e, self, _) => TextPatterns.RemoveTags(e, self.AsString!))
        .Add("toDate", 0, (e, self, _) => ToDate(e, self.AsString!))
        .Add("toDateTime", 1, (e, self, a) =>
        {
            var format = a.At(0).AsString ?? "";
            if (format.Length == 0) return e.Own(ToDateTime(e, self.AsString!));
            return format is "ms" or "s" or "us" or "excel" ? NumberExtensions.ToDateTime(e, NumberText.ToNumber(self.AsString!), format) : e.Own(DateTimeFactory.FromFormat(e, self.AsString!, format, default));
        })
        .Add("toBoolean", 0, (_, self, _) => self.AsString!.Length > 0 && self.AsString.ToLowerInvariant() is not ("false" or "no" or "0"))
        .Add("toNumber", 0, (e, self, _) => Number(NumberText.ToNumber(WithoutCurrency(e, self)), "cannot convert to number"))
        .Add("toFloat", 0, (e, self, _) => self.AsString!.Contains(',') ? throw new ExpressionError("cannot convert to float, expected . as decimal separator")
            : Number(NumberText.ParseFloat(WithoutCurrency(e, self)), "cannot convert to float"))
        .Alias("toDecimalNumber", "toFloat")
        .Add("toInt", 1, (e, self, a) => Number(NumberText.ParseInt(WithoutCurrency(e, self), Coerce.ToInt32(e, a.At(0))), "cannot convert to integer"))
        .Alias("toWholeNumber", "toInt")
        .Add("toSentenceCase", 0, (e, self, _) => TextCases.Sentence(e, self.AsString!))
        .Add("toSnakeCase", 0, (e, self, _) => TextCases.Snake(e, self.AsString!))
        .Add("toTitleCase", 0, (e, self, _) => TextCases.Title(e, self.AsString!))
        .Add("replaceSpecialChars", 0, (e, self, _) => Transliteration.ToAscii(e, self.AsString!))
        .Add("urlDecode", 1, (e, self, a) => GlobalFunctions.Decode(e, self.AsString!, Coerce.ToBoolean(a.At(0)) ? ";/?:@&=+$,#" : ""))
        .Add("urlEncode", 1, (e, self, a) => GlobalFunctions.Encode(e, self.AsString!, Coerce.ToBoolean(a.At(0)) ? "-_.!~*'();/?:@&=+$,#" : "-_.!~*'()"))
        .Add("quote", 1, (e, self, a) =>
        {
            var mark = a.At(0).IsUndefined ? "\"" : Coerce.ToText(e, a[0]);
            e.AllocateText(self.AsString!.Length * (2L + mark.Length));
            var text = self.AsString!.Replace("\\", "\\\\", StringComparison.Ordinal);
            return mark + (mark.Length > 0 ? text.Replace(mark, "\\" + mark, StringComparison.Ordinal) : text) + mark;
        })
        .Add("length", 0, (_, self, _) => self.AsString!.Length)
        .Add("isDomain", 0, (e, self, _) => TextPatterns.IsDomain(e, self.AsString!))
        .Add("isEmail", 0, (e, self, _) => TextPatterns.IsEmail(e, self.AsString!))
        .Add("isNumeric", 0, (e, self, _) => !self.AsString!.Contains(' ') && !double.IsNaN(Coerce.ToNumber(e, self)) && !double.IsNaN(NumberText.ParseFloat(self.AsString)))
        .Add("isUrl", 0, (e, self, _) => TextPatterns.IsUrl(e, self.AsString!))
        .Add("isEmpty", 0, (_, self, _) => self.AsString!.Length == 0)
        .Add("isNotEmpty", 0, (_, self, _) => self.AsString!.Length > 0)
        .Add("toJsonString", 0, (e, self, _) => JsonLibrary.Stringify(e, self))
        .Add("extractEmail", 0, (e, self, _) => Optional(TextPatterns.Email(e, self.AsString!)))
        .Add("extractDomain", 0, (e, self, _) => Optional(TextPatterns.Domain(e, self.AsString!)))
        .Add("extractUrl", 0, (e, self, _) => Optional(TextPatterns.Url(e, self.AsString!)))
        .Add("extractUrlPath", 0, (e, self, _) => JsUrl.TryParse(self.AsString!, null) is { } url ? Properties.Get(e, url, "pathname") : default)
        .Add("parseJson", 0, (e, self, _) =>
        {
            try
            {
                return new JsonTextReader(e, self.AsString!).Read();
            }
            catch (JsThrow)
            {
                throw new ExpressionError(self.AsString!.Contains('\'') ? "Parsing failed. Check you're using double quotes" : "Parsing failed");
            }
        })
        .Add("base64Encode", 0, (e, self, _) =>
        {
            e.AllocateText(self.AsString!.Length * 4L);
            return Convert.ToBase64String(Encoding.UTF8.GetBytes(self.AsString!));
        })
        .Add("base64Decode", 0, (e, self, _) => Base64(e, self.AsString!))
        .Build();

    /// <summary>A moment from text in any of the usual forms.</summary>
    public static JsDateTime ToDateTime(Evaluator e, string text)
    {
        text = text.Trim();
        var local = DateLibrary.Local(e);
        e.Step(20 + text.Length);
        var iso = IsoParser.Parse(text, local, keepZone: true, local);
        if (iso.Invalid is not null && text.IndexOf(' ') is var blank and > 0) iso = IsoParser.Parse(text[..blank] + "T" + text[(blank + 1)..].Replace(" ", "", StringComparison.Ordinal), local, keepZone: true, local);
        if (iso.Invalid is null) return iso;
        var other = DateParser.Parse(text, local);
        if (double.IsNaN(other)) throw new ExpressionError("cannot convert to Luxon DateTime");
        return new JsDateTime(other, text.EndsWith("GMT", StringComparison.Ordinal) ? Zone.Utc : local);
    }

    private static JsValue Optional(string? text) => text is null ? default : (JsValue)text;

    private static double Number(double number, string message) => double.IsNaN(number) ? throw new ExpressionError(message) : number;

    private static string WithoutCurrency(Evaluator e, JsValue self)
    {
        e.StepText(self.AsString!.Length * 16);
        e.AllocateText(self.AsString.Length);
        return TextPatterns.RemoveCurrency(self.AsString);
    }

    private static JsValue ToDate(Evaluator e, string text)
    {
        var local = DateLibrary.Local(e);
        e.Step(20 + text.Length);
        var milliseconds = DateParser.Parse(text, local);
        if (double.IsNaN(milliseconds)) throw new ExpressionError("cannot convert to date");
        return e.Own(new JsDate(text.Contains(':') ? milliseconds : new JsDateTime(milliseconds, local).StartOf(TimeUnit.Day).Milliseconds));
    }

    private static string Hash(Evaluator e, string text, string algorithm)
    {
        e.AllocateText(text.Length * 2L + 128);
        e.Step(1 + text.Length / 2);
        var bytes = Encoding.UTF8.GetBytes(text);
        return algorithm.ToLowerInvariant() switch
        {
            "base64" => Convert.ToBase64String(bytes),
            "md5" => Convert.ToHexStringLower(MD5.HashData(bytes)),
            "sha1" => Convert.ToHexStringLower(SHA1.HashData(bytes)),
            "sha224" => Convert.ToHexStringLower(Sha224.Hash(bytes)),
            "sha256" => Convert.ToHexStringLower(SHA256.HashData(bytes)),
            "sha384" => Convert.ToHexStringLower(SHA384.HashData(bytes)),
            "sha512" => Convert.ToHexStringLower(SHA512.HashData(bytes)),
            "sha3" when SHA3_512.IsSupported => Convert.ToHexStringLower(SHA3_512.HashData(bytes)),
            _ => throw new ExpressionError($"Unknown algorithm {algorithm}. Available algorithms are: md5,sha1,sha224,sha256,sha384,sha512,sha3, and Base64."),
        };
    }

    private static string Base64(Evaluator e, string text)
    {
        e.AllocateText(text.Length * 2L);
        var clean = string.Concat(text.Where(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '-' or '_')).Replace('-', '+').Replace('_', '/');
        if (clean.Length % 4 == 1) clean = clean[..^1];
        return Encoding.UTF8.GetString(Convert.FromBase64String(clean.PadRight((clean.Length + 3) / 4 * 4, '=')));
    }
}

using System.Globalization;
using System.Net;
using System.Text;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Form;

/// <summary>Forms as pages without scripts: the browser sends what is typed, and the server checks it.</summary>
public static class FormPage
{
    /// <summary>Nothing of such a page may be kept, or do anything but show itself and what its workflow put there.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Headers { get; } =
    [
        KeyValuePair.Create("Cache-Control", "no-store"), KeyValuePair.Create("Referrer-Policy", "no-referrer"), KeyValuePair.Create("X-Content-Type-Options", "nosniff"),
        KeyValuePair.Create("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src http: https:; media-src http: https:; base-uri 'none'"),
    ];

    /// <param name="given">What stands in the fields, by their names, in place of what the form says: the arguments of its address, or what was sent before.</param>
    /// <param name="problems">What was wrong with what was sent before.</param>
    internal static string Write(FormDefinition form, JsObject? given = null, IReadOnlyList<string>? problems = null)
    {
        var fields = new StringBuilder();
        foreach (var field in form.Fields) Write(fields, field, given is null ? default : given[field.Name]);
        var wrong = problems is { Count: > 0 } ? $"<ul role=\"alert\">{string.Concat(problems.Select(p => $"<li>{Encode(p)}</li>"))}</ul>\n" : "";
        return Page(form.Title, $"""
            <h1>{Encode(form.Title)}</h1>
            <div class="d">{Described(form.Description)}</div>
            {wrong}<form method="post" enctype="multipart/form-data">
            {fields}<button>{Encode(form.Button)}</button>
            </form>
            """);
    }

    /// <summary>What is shown at the end.</summary>
    internal static string Ending(string pageTitle, string title, string message) => Page(pageTitle, $"<h1>{Encode(title)}</h1>\n<div class=\"d\">{Described(message)}</div>");

    /// <summary>A page of the workflow's own HTML.</summary>
    internal static string Text(string pageTitle, string html) => Page(pageTitle, FormHtml.Clean(html));

    /// <summary>Ends of lines are shown, also those that are written as <c>\n</c>.</summary>
    private static string Described(string text) => FormHtml.Clean(text.Replace("\\n", "\n", StringComparison.Ordinal)) is var clean && text.AsSpan().ContainsAny('<', '&') ? clean : Encode(clean);

    private static void Write(StringBuilder page, FormQuestion field, JsValue given)
    {
        var name = $"name=\"{Encode(field.Name)}\"";
        var required = field.Required ? " required" : "";
        var label = $"{Encode(field.Label)}{(field.Required ? " *" : "")}";
        var value = given.AsString ?? field.Value;
        bool IsChosen(string choice) => given.AsArray is { } several ? several.Any(g => g.AsString == choice) : value == choice;
        switch (field.Type)
        {
            case "html":
                page.Append("<div>").Append(field.Html).Append("</div>\n");
                return;
            case "hiddenField":
                page.Append(CultureInfo.InvariantCulture, $"<input type=\"hidden\" {name} value=\"{Encode(value)}\">\n");
                return;
            case "textarea":
                page.Append(CultureInfo.InvariantCulture, $"<label>{label}<textarea {name} rows=\"5\" placeholder=\"{Encode(field.Placeholder)}\"{required}>\n{Encode(value)}</textarea></label>\n");
                return;
            case "dropdown" when !field.Several:
                page.Append(CultureInfo.InvariantCulture, $"<label>{label}<select {name}{required}><option value=\"\">{Encode(field.Placeholder)}</option>");
                foreach (var choice in field.Choices) page.Append(CultureInfo.InvariantCulture, $"<option{(IsChosen(choice) ? " selected" : "")}>{Encode(choice)}</option>");
                page.Append("</select></label>\n");
                return;
            case "dropdown" or "checkbox" or "radio":
                var kind = field.Type is "radio" ? "radio" : "checkbox";
                page.Append(CultureInfo.InvariantCulture, $"<fieldset><legend>{label}</legend>");
                foreach (var choice in field.Choices)
                    page.Append(CultureInfo.InvariantCulture, $"<label><input type=\"{kind}\" {name} value=\"{Encode(choice)}\"{(IsChosen(choice) ? " checked" : "")}{(kind is "radio" ? required : "")}> {Encode(choice)}</label>");
                page.Append("</fieldset>\n");
                return;
            case "file":
                page.Append(CultureInfo.InvariantCulture, $"<label>{label}<input type=\"file\" {name} accept=\"{Encode(field.Accepts)}\"{(field.Several ? " multiple" : "")}{required}></label>\n");
                return;
            default:
                var shown = field.Type is "password" ? "" : value;
                page.Append(CultureInfo.InvariantCulture, $"<label>{label}<input type=\"{field.Type}\"{(field.Type is "number" ? " step=\"any\"" : "")} {name} value=\"{Encode(shown)}\" placeholder=\"{Encode(field.Placeholder)}\"{required}></label>\n");
                return;
        }
    }

    private static string Page(string title, string body) => $$"""
        <!doctype html>
        <html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{Encode(title)}}</title>
        <style>body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}label,fieldset{display:block;margin:1rem 0}input:not([type=checkbox]):not([type=radio]),select,textarea{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.4rem}fieldset label{margin:.2rem 0}.d{white-space:pre-line}[role=alert]{color:#a00}img,video{max-width:100%}button{font:inherit;padding:.5rem 1.5rem}</style></head>
        <body>
        {{body}}
        </body></html>

        """;

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}

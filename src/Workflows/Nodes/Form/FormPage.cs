using System.Globalization;
using System.Net;
using System.Text;

namespace Sluice.Workflows.Nodes.Form;

/// <summary>A form as a page without scripts: the browser checks what has to be filled in and sends it.</summary>
internal static class FormPage
{
    public static string Write(FormParameters form)
    {
        var fields = new StringBuilder();
        foreach (var field in form.FormFields.Values) Write(fields, field);
        return Page(form, $"""
            <h1>{Text(form.FormTitle)}</h1>
            <p>{Text(form.FormDescription)}</p>
            <form method="post" enctype="multipart/form-data">
            {fields}<button>{Text(form.Options.ButtonLabel)}</button>
            </form>
            """);
    }

    /// <summary>What is shown when it was sent.</summary>
    public static string Thanks(FormParameters form, string text) => Page(form, $"<h1>{Text(form.FormTitle)}</h1>\n<p>{Text(text)}</p>");

    private static void Write(StringBuilder page, FormField field)
    {
        var name = $"name=\"{Encode(FormNode.NameOf(field))}\"";
        var required = field.RequiredField ? " required" : "";
        var label = $"{Text(field.FieldLabel)}{(field.RequiredField ? " *" : "")}";
        switch (field.FieldType)
        {
            case "hiddenField":
                page.Append(CultureInfo.InvariantCulture, $"<input type=\"hidden\" {name} value=\"{Encode(field.FieldValue)}\">\n");
                return;
            case "textarea":
                page.Append(CultureInfo.InvariantCulture, $"<label>{label}<textarea {name} rows=\"5\" placeholder=\"{Encode(field.Placeholder)}\"{required}>{Encode(field.DefaultValue)}</textarea></label>\n");
                return;
            case "dropdown" when !field.Multiselect:
                page.Append(CultureInfo.InvariantCulture, $"<label>{label}<select {name}{required}><option value=\"\"></option>");
                foreach (var choice in field.FieldOptions.Values) page.Append(CultureInfo.InvariantCulture, $"<option{(choice.Option == field.DefaultValue ? " selected" : "")}>{Encode(choice.Option)}</option>");
                page.Append("</select></label>\n");
                return;
            case "dropdown" or "checkbox" or "radio":
                var kind = field.FieldType is "radio" ? "radio" : "checkbox";
                page.Append(CultureInfo.InvariantCulture, $"<fieldset><legend>{label}</legend>");
                foreach (var choice in field.FieldOptions.Values)
                    page.Append(CultureInfo.InvariantCulture, $"<label><input type=\"{kind}\" {name} value=\"{Encode(choice.Option)}\"{(kind is "radio" ? required : "")}> {Encode(choice.Option)}</label>");
                page.Append("</fieldset>\n");
                return;
            case "file":
                page.Append(CultureInfo.InvariantCulture, $"<label>{label}<input type=\"file\" {name} accept=\"{Encode(field.AcceptFileTypes)}\"{required}></label>\n");
                return;
            default:
                page.Append(CultureInfo.InvariantCulture, $"<label>{label}<input type=\"{field.FieldType}\"{(field.FieldType is "number" ? " step=\"any\"" : "")} {name} value=\"{Encode(field.DefaultValue)}\" placeholder=\"{Encode(field.Placeholder)}\"{required}></label>\n");
                return;
        }
    }

    private static string Page(FormParameters form, string body) => $$"""
        <!doctype html>
        <html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>{{Text(form.FormTitle)}}</title>
        <style>body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}label,fieldset{display:block;margin:1rem 0}input:not([type=checkbox]):not([type=radio]),select,textarea{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.4rem}fieldset label{margin:.2rem 0}p{white-space:pre-line}button{font:inherit;padding:.5rem 1.5rem}</style></head>
        <body>
        {{body}}
        </body></html>

        """;

    /// <summary>A text that an editor may have marked as an expression.</summary>
    private static string Text(string text) => Encode(text.StartsWith('=') ? text[1..] : text);

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}

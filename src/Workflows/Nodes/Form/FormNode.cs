using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Webhook;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Form;

/// <summary>Shows a form, and begins a run with what a person sends.</summary>
public sealed class FormNode : Node, IAnswersCaller
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<FormNode, FormParameters>((p, s) => new(p, s))
    {
        Type = "form-trigger",
        Summary = "Shows a form, and begins a run with what a person sends.",
        Category = NodeCategory.Trigger,
        IsTrigger = true,
        Aliases = [new("n8n-nodes-base.formTrigger", 1, 2.5)],
        Lacks = "fields of HTML, forms given as JSON, further pages",
    };

    private readonly FormParameters _parameters;

    internal FormNode(FormParameters parameters, NodeSetup setup)
    {
        _parameters = parameters;
        Hook = new WebhookNode(
            new WebhookParameters
            {
                HttpMethod = new JsonArray("GET", "POST"),
                MultipleMethods = true,
                Path = parameters.Options.Path.Length > 0 ? parameters.Options.Path : parameters.Path,
                ResponseMode = parameters.ResponseMode,
            },
            setup);
        Page = Encoding.UTF8.GetBytes(FormPage.Write(parameters));
        Answer = AnswerOf(parameters);
        foreach (var text in new[] { parameters.FormTitle, parameters.FormDescription }.Where(t => t.StartsWith('=') && t.Contains("{{", StringComparison.Ordinal)))
            setup.Warn("formFields", $"expressions in the texts of a form are shown as they are: {text}");
    }

    /// <summary>How it is called.</summary>
    public WebhookNode Hook { get; }

    /// <summary>The form, in HTML as UTF-8: what is answered to <c>GET</c>.</summary>
    public ReadOnlyMemory<byte> Page { get; }

    public CallerAnswer Answer { get; }

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context) => NodeResult.Of([.. context.Items.Select(i => Filled(context, i))]);

    /// <summary>The item of a form that was sent; one that is none, of a run that was started otherwise, stays as it is.</summary>
    private Item Filled(NodeContext context, Item call)
    {
        if (call.Json["body"].AsObject is not { } sent || call.Json["headers"].AsObject is null) return call;
        var json = new JsObject();
        var files = new Dictionary<string, BinaryData>(StringComparer.Ordinal);
        foreach (var field in _parameters.FormFields.Values)
        {
            var name = NameOf(field);
            if (field.FieldType is "file")
            {
                if (call.Binary?.GetValueOrDefault(name) is not { Size: > 0 } file) continue;
                files[string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' ? c : '_'))] = file;
                json.Set(name, new JsObject { ["filename"] = file.FileName ?? "", ["mimetype"] = file.MimeType, ["size"] = file.Size });
                continue;
            }

            json.Set(name, Value(field, sent[name]));
        }

        var zone = context.TimeZone ?? TimeZoneInfo.Utc;
        json.Set("submittedAt", TimeZoneInfo.ConvertTime(context.Time.GetUtcNow(), zone).ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture));
        json.Set("formMode", "production");
        return new Item(json) { Binary = files.Count > 0 ? files : null };
    }

    private static JsValue Value(FormField field, JsValue sent)
    {
        if (field.FieldType is "checkbox" || field.Multiselect) return sent.AsArray is { } list ? list : new JsArray(sent.AsString is { Length: > 0 } one ? [one] : []);
        if (sent.IsUndefined) return JsValue.Null;
        if (field.FieldType is not "number" || sent.AsString is not { } text) return sent;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : JsValue.Null;
    }

    internal static string NameOf(FormField field) => field.FieldName.Length > 0 ? field.FieldName : field.FieldLabel;

    private static CallerAnswer AnswerOf(FormParameters parameters)
    {
        var said = parameters.Options.RespondWithOptions.Values;
        var text = parameters.Options.FormSubmittedText.Length > 0 ? parameters.Options.FormSubmittedText : said.FormSubmittedText;
        var mode = parameters.ResponseMode switch { "lastNode" => ResponseMode.LastNode, "responseNode" => ResponseMode.ResponseNode, _ => ResponseMode.OnReceived };
        return said is { RespondWith: "redirect", RedirectUrl.Length: > 0 }
            ? new() { Mode = mode, Status = 303, NoBody = true, Headers = [KeyValuePair.Create("Location", said.RedirectUrl.TrimStart('='))] }
            : new() { Mode = mode, ReceivedText = FormPage.Thanks(parameters, text), EndedText = FormPage.Thanks(parameters, text), ContentType = "text/html; charset=utf-8" };
    }
}

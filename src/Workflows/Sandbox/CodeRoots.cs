using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Library;
using Sluice.Workflows.Expressions.Scripts;

namespace Sluice.Workflows.Sandbox;

/// <summary>What code is given besides the names of expressions: <c>this</c> and its helpers, static data, custom data of the execution, the console.</summary>
internal sealed class CodeRoots
{
    private const int MaximumCustomData = 10, MaximumNameLength = 50, MaximumTextLength = 512;

    private readonly JsObject _request;
    private readonly Func<JsObject, JsObject> _ask;
    private readonly CodeFiles _files;
    private readonly Dictionary<string, (JsObject Data, string Before)> _static = new(StringComparer.Ordinal);
    private readonly JsObject _custom = new();
    private readonly JsObject _console;
    private readonly JsObject _helpers;
    private readonly NativeFunction _staticData;

    public CodeRoots(JsObject request, Func<JsObject, JsObject> ask, CodeFiles files, JsObject console)
    {
        (_request, _ask, _files, _console) = (request, ask, files, console);
        _staticData = new NativeFunction("getWorkflowStaticData", 1, (e, _, a) => StaticData(Coerce.ToText(e, a.At(0))));
        _helpers = Helpers();
        This = Own();
    }

    /// <summary>Names that code is given besides those that expressions know.</summary>
    public static IReadOnlySet<string> Names { get; } = new HashSet<string>(StringComparer.Ordinal) { "items", "item", "console", "$helpers", "$getWorkflowStaticData", "getWorkflowStaticData" };

    /// <summary>What <c>this</c> is.</summary>
    public JsObject This { get; }

    public Dictionary<string, JsValue> For(JsValue items, JsValue item) => new(StringComparer.Ordinal)
    {
        ["items"] = items,
        ["item"] = item,
        ["console"] = _console,
        ["$helpers"] = _helpers,
        ["$getWorkflowStaticData"] = _staticData,
        ["getWorkflowStaticData"] = _staticData,
    };

    /// <summary>Gives <c>$execution</c> its <c>customData</c>.</summary>
    public void AddCustomData(Scope scope)
    {
        if (scope.Execution?.Invoke() is not { } execution) return;
        if (execution["customData"].AsObject is { } earlier)
            foreach (var (name, value) in earlier) _custom.Set(name, value);
        execution.Set("customData", new JsObject
        {
            ["set"] = new NativeFunction("set", 2, (e, _, a) => SetCustom(Coerce.ToText(e, a.At(0)), a.At(1))),
            ["setAll"] = new NativeFunction("setAll", 1, (e, _, a) =>
            {
                foreach (var name in Properties.OwnNames(e, a.At(0))) SetCustom(name, Properties.Get(e, a[0], name));
                return default;
            }),
            ["get"] = new NativeFunction("get", 1, (e, _, a) => _custom[Coerce.ToText(e, a.At(0))]),
            ["getAll"] = new NativeFunction("getAll", 0, (_, _, _) => _custom.Clone()),
        });
    }

    /// <summary>Adds what the code has left: the parts of the static data that it changed, and the custom data.</summary>
    public void Finish(JsObject done)
    {
        var changed = new JsObject();
        foreach (var (part, (data, before)) in _static)
            if (JsJson.WriteString(data) is var after && after != before) changed.Set(part, data);
        if (changed.Count > 0) done.Set("static", changed);
        if (_custom.Count > 0) done.Set("custom", _custom);
    }

    private JsObject StaticData(string part)
    {
        if (part is not ("global" or "node")) throw JsThrow.Error("Error", $"The type '{part}' is not known: static data is 'global' or of the 'node'");
        if (_static.TryGetValue(part, out var known)) return known.Data;
        var answer = _ask(new JsObject { ["about"] = "static", ["name"] = part });
        if (answer["error"].AsString is { } error) throw JsThrow.Error("Error", error);
        var data = answer["value"].AsObject ?? new JsObject();
        _static[part] = (data, JsJson.WriteString(data));
        return data;
    }

    private JsValue SetCustom(string name, JsValue value)
    {
        if (name.Length is 0 or > MaximumNameLength || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '_'))
            throw JsThrow.Error("Error", $"Custom data key \"{name}\" has to be of at most {MaximumNameLength} letters, digits and underscores");
        if (!value.IsString && !value.IsNumber && !value.IsBoolean) throw JsThrow.Error("Error", $"Custom data value of \"{name}\" has to be a string, a number or a boolean");
        if (_custom.Count >= MaximumCustomData && !_custom.Contains(name)) throw JsThrow.Error("Error", $"an execution has at most {MaximumCustomData} custom data");
        var text = value.ToString();
        _custom.Set(name, text.Length > MaximumTextLength ? text[..MaximumTextLength] : text);
        return default;
    }

    private JsObject Own()
    {
        var roots = _request["roots"].AsObject ?? new JsObject();
        return new JsObject
        {
            ["helpers"] = _helpers,
            ["getWorkflowStaticData"] = _staticData,
            ["getInputData"] = Give("getInputData", _request["items"]),
            ["getNode"] = Give("getNode", new JsObject { ["id"] = roots["nodeId"], ["name"] = roots["nodeName"], ["typeVersion"] = roots["nodeVersion"] }),
            ["getWorkflow"] = Give("getWorkflow", roots["workflow"]),
            ["getExecutionId"] = Give("getExecutionId", roots["execution"].AsObject?["id"] ?? default),
            ["getMode"] = Give("getMode", roots["execution"].AsObject?["mode"] ?? default),
            ["getTimezone"] = Give("getTimezone", _request["zone"]),
            ["getNodeParameter"] = new NativeFunction("getNodeParameter", 1, (e, _, a) => roots["parameters"].AsObject?[Coerce.ToText(e, a.At(0))] ?? default),
            ["continueOnFail"] = Give("continueOnFail", _request["continueOnFail"]),
            ["logger"] = _console,
        };
    }

    private static NativeFunction Give(string name, JsValue value) => new(name, 0, (_, _, _) => value);

    private JsObject Helpers()
    {
        var helpers = new JsObject();
        foreach (var name in (string[])["httpRequest", "httpRequestWithAuthentication", "request", "requestWithAuthentication", "requestOAuth1", "requestOAuth2"])
        {
            helpers.Set(name, new NativeFunction(name, 1, (e, _, _) =>
                Rejected(e, JsThrow.Error("Error", $"'{name}' is not available: code has no network; use an HTTP Request node before this one"))));
        }

        helpers.Set("getBinaryDataBuffer", new NativeFunction("getBinaryDataBuffer", 2, (e, _, a) => Promised(e, Read(e, a.At(0), a.At(1)))));
        helpers.Set("assertBinaryData", new NativeFunction("assertBinaryData", 2, (e, _, a) => File(e, a.At(0), a.At(1))));
        helpers.Set("prepareBinaryData", new NativeFunction("prepareBinaryData", 3, (e, _, a) => Promised(e, Prepare(e, a.At(0), a.At(1), a.At(2)))));
        helpers.Set("setBinaryDataBuffer", new NativeFunction("setBinaryDataBuffer", 2, (e, _, a) =>
        {
            var made = Prepare(e, a.At(1), default, default);
            ObjectLibrary.CopyFields(e, a.At(0), made, ["data", "id", "fileSize"]);
            return Promised(e, made);
        }));
        return helpers;
    }

    private static JsPromise Promised(Evaluator e, JsValue value) => PromiseLibrary.Of(e, value);

    private static JsPromise Rejected(Evaluator e, JsThrow failure)
    {
        var promise = e.Own(new JsPromise());
        promise.Reject(e, failure.From(e));
        return promise;
    }

    private JsObject File(Evaluator e, JsValue index, JsValue name)
    {
        if (name.AsObject is { } given) return given;
        var item = _request["items"].AsArray?[Coerce.ToIndex(e, index, int.MaxValue, 0)].AsObject;
        return item?["binary"].AsObject?[Coerce.ToText(e, name)].AsObject
            ?? throw JsThrow.Error("Error", $"This operation expects the node's input data to contain a binary file '{Coerce.ToText(e, name)}', but none was found [item {Coerce.ToText(e, index)}]");
    }

    private JsBytes Read(Evaluator e, JsValue index, JsValue name)
    {
        var file = File(e, index, name);
        var data = file["data"].AsString ?? (file["id"].AsString is { } id ? _files.Content(id) : "");
        return JsBytes.Of(e, TextEncodings.Encode(e, data, "base64"), isBuffer: true);
    }

    private static JsObject Prepare(Evaluator e, JsValue content, JsValue fileName, JsValue mimeType)
    {
        var bytes = content.AsReference is JsBytes known ? known.Span : throw JsThrow.Type("prepareBinaryData() takes a Buffer, then a file name and a media type");
        var name = fileName.AsString;
        var extension = name?.LastIndexOf('.') is { } dot and > 0 ? name[(dot + 1)..] : null;
        var file = e.NewObject(5);
        file.Set("data", TextEncodings.Decode(e, bytes, "base64"));
        file.Set("mimeType", mimeType.AsString ?? (extension is null ? "text/plain" : Nodes.MediaTypes.Of(name!)));
        if (name is not null) file.Set("fileName", name);
        if (extension is not null) file.Set("fileExtension", extension);
        file.Set("fileSize", bytes.Length);
        return file;
    }
}

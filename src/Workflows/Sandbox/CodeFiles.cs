using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Sandbox;

/// <summary>The content of files, which code can read although it was not sent along: <c>data</c> of a file asks for it when somebody reads it.</summary>
internal sealed class CodeFiles(Func<JsObject, JsObject> ask)
{
    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);

    /// <summary>The content of a file in base64.</summary>
    /// <exception cref="JsThrow">It cannot be read.</exception>
    public string Content(string id)
    {
        if (_known.TryGetValue(id, out var known)) return known;
        var answer = ask(new JsObject { ["about"] = "file", ["name"] = id });
        return _known[id] = answer["data"].AsString ?? throw JsThrow.Error("Error", answer["error"].AsString ?? "the file cannot be read");
    }

    /// <summary>Gives a file its <c>data</c>. It is not listed, so that a file that is only passed on stays where it is.</summary>
    public void Attach(JsObject file)
    {
        if (file["id"].AsString is not { } id || file.Contains("data")) return;
        var traits = ObjectTraits.Of(file);
        var read = new NativeFunction("data", 0, (_, _, _) => Content(id));
        var write = new NativeFunction("data", 1, (_, _, a) =>
        {
            traits.Hidden?.Remove("data");
            file.Set("data", a.At(0));
            return default;
        });
        (traits.Hidden ??= new JsObject()).Set("data", new JsAccessor(read, write));
    }

    public void AttachAll(JsArray items)
    {
        foreach (var item in items)
            if (item.AsObject?["binary"].AsObject is { } files)
                foreach (var (_, file) in files)
                    if (file.AsObject is { } known) Attach(known);
    }
}

using System.Runtime.CompilerServices;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Connectors;

/// <summary>
/// The request of one item while an operation makes it, and what becomes of its answer. When a workflow is loaded the same operation is run without an
/// item: literals that are missing are reported then, and expressions stand for anything.
/// </summary>
internal sealed class ApiRequest
{
    private readonly Action<string, string>? _report;
    private readonly NodeContext? _context;
    private readonly int _index;

    public ApiRequest(NodeContext context, int index, string? account)
    {
        _context = context;
        _index = index;
        Account = account;
    }

    /// <summary>For checking a node whose workflow is loaded.</summary>
    public ApiRequest(Action<string, string> report) => _report = report;

    /// <summary>Whether an expression was asked for that has no value yet.</summary>
    public bool IsOpen { get; private set; }

    public string? Method { get; private set; }

    public string Path { get; private set; } = "";

    /// <summary>The address before the path, where it is not that of the service.</summary>
    public string? Address { get; private set; }

    public List<KeyValuePair<string, string>> Arguments { get; } = [];

    public List<KeyValuePair<string, string>> Headers { get; } = [];

    public JsObject? Fields { get; private set; }

    /// <summary>The whole body where it is not an object of fields.</summary>
    public JsValue Content { get; private set; }

    public bool IsForm { get; private set; }

    /// <summary>Where the items are in the answer; null for the whole of it.</summary>
    public string? ItemPath { get; private set; }

    public Func<JsValue, JsValue>? Shape { get; private set; }

    /// <summary>Makes the items of the whole answer.</summary>
    public Func<JsValue, IEnumerable<JsValue>>? Rows { get; private set; }

    /// <summary>What names this request: the same when it is sent again, another for every other request.</summary>
    public string Key => _context is null ? "" : $"{_context.Run.Id}-{_context.Node.Index}-{_context.RunIndex}-{_index}";

    public Paging? Next { get; private set; }

    public double Most { get; private set; } = double.PositiveInfinity;

    /// <summary>Makes the next request from this one's answer.</summary>
    public Action<JsValue, ApiRequest>? Following { get; private set; }

    /// <summary>Whose connection it is, where the service tells accounts apart.</summary>
    public string? Account { get; }

    /// <summary>How many items there are.</summary>
    public int ItemCount => _context?.Items.Count ?? 0;

    /// <summary>The item's data.</summary>
    public JsObject ItemJson => _context?.Items[_index].Json ?? new JsObject();

    public TimeProvider Time => _context?.Time ?? TimeProvider.System;

    /// <summary>The same for another item, for operations that do all at once.</summary>
    public ApiRequest At(int index) => new(_context!, index, Account);

    /// <summary>Another request of the same item.</summary>
    public ApiRequest Another() => new(_context!, _index, Account);

    public ApiRequest Get([InterpolatedStringHandlerArgument("")] ApiPath path) => To("GET", path);

    public ApiRequest Post([InterpolatedStringHandlerArgument("")] ApiPath path) => To("POST", path);

    public ApiRequest Put([InterpolatedStringHandlerArgument("")] ApiPath path) => To("PUT", path);

    public ApiRequest Patch([InterpolatedStringHandlerArgument("")] ApiPath path) => To("PATCH", path);

    public ApiRequest Delete([InterpolatedStringHandlerArgument("")] ApiPath path) => To("DELETE", path);

    /// <summary>A request to an address that the item itself gives.</summary>
    public ApiRequest PostTo(Parameter<string> address, string name)
    {
        Method = "POST";
        Address = Need(address, name);
        return this;
    }

    /// <summary>Adds a query argument that has a value; a list is added once for each element.</summary>
    public ApiRequest Query(string name, JsValue value)
    {
        if (value.AsArray is { } list)
            foreach (var element in list) Query(name, element);
        else if (ParameterValues.ToText(value) is { Length: > 0 } text) Arguments.Add(new(name, text));
        return this;
    }

    public ApiRequest Query<T>(string name, Parameter<T>? parameter) => Query(name, Value(parameter));

    /// <summary>Adds every field as a query argument.</summary>
    public ApiRequest QueryAll(Parameter<JsValue>? fields)
    {
        foreach (var (name, value) in Object(fields)) Query(name, value);
        return this;
    }

    /// <summary>Adds a field to the body unless it is undefined or no text at all.</summary>
    public ApiRequest Body(string name, JsValue value)
    {
        Fields ??= new JsObject();
        if (!value.IsUndefined && value.AsString is not "") Fields.Set(name, value);
        return this;
    }

    public ApiRequest Body<T>(string name, Parameter<T>? parameter) => Body(name, Value(parameter));

    /// <summary>Adds every field to the body.</summary>
    public ApiRequest BodyAll(Parameter<JsValue>? fields) => BodyAll(Object(fields));

    public ApiRequest BodyAll(JsObject fields)
    {
        Fields ??= new JsObject();
        foreach (var (name, value) in fields) Body(name, value);
        return this;
    }

    /// <summary>Gives the body as a whole.</summary>
    public ApiRequest BodyIs(JsValue value)
    {
        Content = value;
        return this;
    }

    /// <summary>The body goes as a form, objects as <c>a[b]</c>, not as JSON.</summary>
    public ApiRequest Form()
    {
        IsForm = true;
        return this;
    }

    public ApiRequest Header(string name, string value)
    {
        Headers.Add(new(name, value));
        return this;
    }

    /// <summary>The items are not the answer but what lies there in it: <c>data.items</c>.</summary>
    public ApiRequest Items(string path, Func<JsValue, JsValue>? shape = null)
    {
        ItemPath = path;
        Shape = shape;
        return this;
    }

    /// <summary>The items are made of the answer as a whole.</summary>
    public ApiRequest ItemsOf(Func<JsValue, IEnumerable<JsValue>> rows)
    {
        Rows = rows;
        return this;
    }

    /// <summary>What is made of each item.</summary>
    public ApiRequest Each(Func<JsValue, JsValue> shape)
    {
        Shape = shape;
        return this;
    }

    /// <summary>Asks for page after page until there are as many items as the node wants.</summary>
    /// <param name="size">The name of the argument or field for the size of a page; null when it cannot be told.</param>
    /// <param name="largest">The largest page that there is.</param>
    /// <param name="all">Whether a node that does not say wants everything.</param>
    public ApiRequest Pages(ConnectorParameters p, Paging next, string? size, double largest, bool all = false)
    {
        Next = next;
        if (!(p.ReturnAll is { } given ? Value(given).IsTrue : all)) Most = Math.Max(1, Value(p.Limit) is { IsNumber: true } limit ? limit.AsNumber : largest);
        if (size is null) return this;
        var page = Math.Min(Most, largest);
        return Method is "GET" ? Query(size, page) : Body(size, page);
    }

    /// <summary>Makes another request from the answer of this one; the items come from that.</summary>
    public ApiRequest Then(Action<JsValue, ApiRequest> next)
    {
        Following = next;
        return this;
    }

    /// <summary>A parameter's value; undefined where it was not given, and while a workflow is loaded where it is an expression.</summary>
    public JsValue Value<T>(Parameter<T>? parameter)
    {
        if (parameter is null) return default;
        if (_context is null && !parameter.IsLiteral)
        {
            IsOpen = true;
            return default;
        }

        var value = _context is null ? parameter.Literal! : parameter.Get(_context, _index);
        return value switch
        {
            string text => text,
            double number => number,
            bool flag => flag,
            JsValue any => any,
            _ => default,
        };
    }

    public string Text(Parameter<string>? parameter) => ParameterValues.ToText(Value(parameter));

    /// <summary>Whether a parameter has a text; while a workflow is loaded, whether it could.</summary>
    public bool IsGiven(Parameter<string>? parameter) => Text(parameter).Length > 0 || (_context is null && parameter is { IsLiteral: false });

    public bool Is(Parameter<bool>? parameter) => Value(parameter).IsTrue;

    /// <summary>The text of a parameter that may not be empty.</summary>
    /// <param name="name">What the parameter is called.</param>
    public string Need(Parameter<string>? parameter, string name)
    {
        var text = Text(parameter);
        if (text.Length > 0) return text;
        if (parameter is { IsLiteral: false } && _context is null) return name;
        Refuse(name, "say which");
        return name;
    }

    /// <summary>A parameter that is JSON, as text or as it is.</summary>
    public JsValue Json(Parameter<JsValue>? parameter, string name) => JsonParameter.Parse(Value(parameter), name);

    /// <summary>The elements of a list: a list, text with commas, or a single value.</summary>
    public JsArray List(Parameter<JsValue>? parameter) => Value(parameter) switch
    {
        { AsArray: { } list } => list,
        { AsString: { } text } => new JsArray([.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(t => (JsValue)t)]),
        { IsNullish: true } => new JsArray(),
        var single => new JsArray([single]),
    };

    /// <summary>A parameter that is an object; an empty one where it was not given.</summary>
    public JsObject Object(Parameter<JsValue>? parameter) => Value(parameter).AsObject ?? new JsObject();

    /// <summary>Says that a parameter cannot be used.</summary>
    public void Refuse(string parameter, string message)
    {
        if (_report is null) throw new NodeException($"{parameter}: {message}") { ItemIndex = _index, Retryable = false };
        _report(parameter, message);
    }

    private ApiRequest To(string method, ApiPath path)
    {
        Method = method;
        Path = path.ToString();
        return this;
    }
}

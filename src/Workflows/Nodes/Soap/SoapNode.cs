using System.Net.Http.Headers;
using Sluice.Workflows.Connections.Kinds;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.HttpRequest;
using Sluice.Workflows.Nodes.Soap.Messages;
using Sluice.Workflows.Nodes.Soap.Wsdl;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Soap;

/// <summary>Calls an operation of a SOAP service for each item.</summary>
internal sealed class SoapNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<SoapNode, SoapParameters>((p, s) => new(p, s))
    {
        Type = "soap",
        Summary = "Calls an operation of a SOAP service, described by its WSDL, with JSON in and JSON out.",
        Category = NodeCategory.Http,
    };

    /// <summary>Redirects are not followed: an envelope with a password goes nowhere else.</summary>
    private static readonly ResponseReader Sending = new(new HttpRequest.HttpRequestOptions { Redirect = new RedirectOption { Redirect = new RedirectValues { FollowRedirects = false } } });

    private readonly SoapParameters _parameters;
    private readonly ConnectionReference? _connection;
    private readonly ConnectionReference? _user;

    /// <summary>Null where the WSDL is behind an address.</summary>
    private readonly (WsdlPort Port, WsdlOperation Operation)? _found;

    public SoapNode(SoapParameters parameters, NodeSetup setup)
    {
        _parameters = parameters;
        if (parameters.Authentication is not "none") _connection = ConnectionReference.Of(setup, parameters.GenericAuthType, "authentication");
        if (parameters.WsSecurity is not "none") _user = ConnectionReference.Of(setup, "basic-auth", "wsSecurity");
        if (IsAddress) return;
        try
        {
            _found = Load(setup).Find(parameters.Service, parameters.Port, parameters.Operation);
            if (_found.Value.Port.Address.Length == 0 && parameters.Endpoint is { IsLiteral: true, Literal: "" }) setup.Report("endpoint", "required: the WSDL does not say where the service is");
        }
        catch (WsdlException e)
        {
            setup.Report("wsdl", e.Message);
        }
    }

    /// <summary>Nobody knows what an operation does.</summary>
    public override bool Idempotent => false;

    private bool IsAddress => _parameters.Wsdl.StartsWith("http://", StringComparison.Ordinal) || _parameters.Wsdl.StartsWith("https://", StringComparison.Ordinal);

    public override async ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        var output = new List<Item>(context.Items.Count);
        for (var i = 0; i < context.Items.Count; i++)
        {
            try
            {
                output.Add(new Item(await CallAsync(context, i)) { PairedItems = Positions.Of(i) });
            }
            catch (NodeException e) when (context.ContinueOnFail)
            {
                output.Add(Failed(i, e));
            }
        }

        return NodeResult.Of(output);
    }

    private WsdlContract Load(NodeSetup setup)
    {
        if (_parameters.Wsdl.AsSpan().TrimStart().StartsWith("<")) return FileContracts.OfText(_parameters.Wsdl);
        var beside = setup.Workflow.Place.File;
        if (string.IsNullOrEmpty(beside) || !File.Exists(beside)) throw new WsdlException("only a workflow in a file can name one; give an address, or the WSDL itself");
        if (Path.IsPathRooted(_parameters.Wsdl) || _parameters.Wsdl.Contains('\0', StringComparison.Ordinal)) throw new WsdlException("expected a file seen from the one that the workflow is in, an address, or the WSDL itself");
        return FileContracts.OfFile(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(beside))!, _parameters.Wsdl));
    }

    private async ValueTask<JsObject> CallAsync(NodeContext context, int index)
    {
        try
        {
            var proxy = _parameters.Options.Proxy.Get(context, index);
            var route = new HttpRoute(context.Services.GuardsAddresses(context.Run.Request.Tenant), _parameters.Options.AllowUnauthorizedCerts, proxy.Length > 0 ? proxy : null);
            var (port, operation) = _found ?? (await context.Services.Wsdls.GetAsync(_parameters.Wsdl, route, context)).Find(_parameters.Service, _parameters.Port, _parameters.Operation);
            var input = _parameters.Input is { IsLiteral: true, Literal.IsUndefined: true } ? context.Items[index].Json : JsonParameter.Parse(_parameters.Input.Get(context, index), "input");
            var content = SoapEnvelope.Write(operation, port.Version, input.IsNullish ? new JsObject() : input, JsonParameter.Parse(_parameters.Headers.Get(context, index), "headers"), await TokenAsync(context));
            var answer = await SendAsync(context, index, route, port, operation, content);
            return Read(answer, operation, index);
        }
        catch (WsdlException e)
        {
            throw new NodeException(e.Message, e) { ItemIndex = index, Retryable = false };
        }
        catch (NodeException e) when (e.ItemIndex < 0)
        {
            throw new NodeException(e.Message, e) { ItemIndex = index, Code = e.Code, Details = e.Details, Retryable = e.Retryable, RetryAfter = e.RetryAfter };
        }
    }

    private async ValueTask<UsernameToken?> TokenAsync(NodeContext context)
    {
        TimeSpan? lifetime = _parameters.Options.TimestampSeconds > 0 ? TimeSpan.FromSeconds(_parameters.Options.TimestampSeconds) : null;
        var now = context.Time.GetUtcNow();
        if (_user is null) return lifetime is null ? null : new UsernameToken(null, "", Digest: false, [], now, lifetime);
        var fields = await _user.FieldsAsync<BasicAuthConnection>(context);
        var nonce = new byte[16];
        context.Services.Random(nonce);
        return new UsernameToken(fields.User, fields.Password, _parameters.WsSecurity is "passwordDigest", nonce, now, lifetime);
    }

    private async ValueTask<HttpAnswer> SendAsync(NodeContext context, int index, HttpRoute route, WsdlPort port, WsdlOperation operation, byte[] content)
    {
        var given = _parameters.Endpoint.Get(context, index).Trim();
        var endpoint = given.Length > 0 ? given : port.Address;
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new NodeException(endpoint.Length == 0 ? "the WSDL does not say where the service is: 'endpoint' has to" : $"'{endpoint}' is no address that begins with http:// or https://") { Retryable = false };
        var action = _parameters.Options.SoapAction ?? operation.Action;
        var call = new HttpCall { Method = "POST", Url = address, Route = route, Timeout = TimeSpan.FromMilliseconds(_parameters.Options.Timeout.Get(context, index)), Body = _ => Content(content, port.Version, action) };
        call.Headers.Add(new("Accept", port.Version == SoapVersion.Soap11 ? "text/xml" : "application/soap+xml"));
        if (port.Version == SoapVersion.Soap11) call.Headers.Add(new("SOAPAction", $"\"{Clean(action)}\""));
        if (context.TraceParent is { } trace) call.Headers.Add(new("traceparent", trace));
        if (_connection is not null) await _connection.AuthoriseAsync(call, context);
        return await Sending.FetchAsync(context, call, index);
    }

    private static ByteArrayContent Content(byte[] bytes, SoapVersion version, string action)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(version == SoapVersion.Soap11 ? "text/xml" : "application/soap+xml", "utf-8");
        if (version == SoapVersion.Soap12 && action.Length > 0) content.Headers.ContentType.Parameters.Add(new NameValueHeaderValue("action", $"\"{Clean(action)}\""));
        return content;
    }

    /// <summary>An action comes from a document of somebody else, and goes into a header field.</summary>
    private static string Clean(string action) => string.Concat(action.Where(static c => c is > ' ' and < '\x7f' and not ('"' or '\\')));

    private JsObject Read(HttpAnswer answer, WsdlOperation operation, int index)
    {
        if (answer.MediaType is "multipart/related") throw new NodeException("the answer has attachments, which are not supported") { Retryable = false, Code = Status(answer) };
        var problem = "it is empty";
        var envelope = answer.Body.Length == 0 ? null : SoapEnvelope.Read(answer.Body, out problem);
        if (envelope is not null && SoapFault.Of(envelope, answer.Status, index) is { } fault) throw fault;
        if (answer.Status >= 300)
            throw new NodeException($"the request failed with status code {answer.Status}, and its answer is no fault{(envelope is null ? $": {problem}" : "")}")
            {
                Code = Status(answer),
                Details = answer.Text is { Length: > 0 and <= 10_000 } text ? text : default(JsValue),
                Retryable = answer.Status is 408 or 425 or 429 or >= 500,
            };
        // A call without an answer, or one that says that it was taken.
        if (operation.Output is null && envelope is null && (answer.Body.Length == 0 || answer.Status == 202)) return new JsObject();
        if (envelope is null) throw new NodeException($"the answer is no SOAP: {problem}") { Code = Status(answer), Details = answer.Text is { Length: <= 10_000 } odd ? odd : default(JsValue), Retryable = false };
        var body = SoapEnvelope.ReadBody(envelope, operation.Output);
        return _parameters.Options.FullResponse ? new JsObject { ["body"] = body, ["headers"] = SoapEnvelope.ReadHeaders(envelope, operation.Output) } : body;
    }

    private static string Status(HttpAnswer answer) => answer.Status.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>An item that says what went wrong, and which status an API would tell its caller.</summary>
    private static Item Failed(int index, NodeException e)
    {
        var status = e.Code is "INVALID_INPUT" ? 400 : e.Code is { } code && (code.StartsWith("Client", StringComparison.Ordinal) || code.StartsWith("Sender", StringComparison.Ordinal)) ? 422 : 502;
        var json = new JsObject { ["error"] = e.Message, ["code"] = e.Code, ["status"] = status };
        if (!e.Details.IsUndefined) json.Set("details", e.Details);
        return new Item(json) { Error = e.Message, PairedItems = [new PairedItem(index)] };
    }
}

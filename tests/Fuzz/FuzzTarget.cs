using System.Text;
using Sluice.Fuzz.Targets;
using Sluice.Gateway.Transport;

namespace Sluice.Fuzz;

/// <summary>Something that reads bytes from outside, and what must hold whatever they are.</summary>
internal abstract class FuzzTarget(string name) : IAsyncDisposable
{
    /// <summary>Longer than anything may take, even on a busy machine.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly Dictionary<string, Func<FuzzTarget>> All = new()
    {
        ["configuration"] = () => new ConfigurationTarget(),
        ["stored-response"] = () => new StoredResponseTarget(),
        ["response-head"] = () => new ResponseHeadTarget(),
        ["chunked"] = () => new ChunkedTarget(),
        ["dns"] = () => new DnsTarget(),
        ["redis"] = () => new RedisTarget(),
        ["path"] = () => new RequestPathTarget(),
        ["regex"] = () => new RouteRegexTarget(),
        ["expression"] = () => new RouteExpressionTarget(),
        ["proxy-protocol"] = () => new ProxyProtocolTarget(),
        ["jwt"] = () => new JsonWebTokenTarget(),
        ["jwks"] = () => new JsonWebKeySetTarget(),
        ["credentials"] = () => new CredentialsTarget(),
        ["ldap"] = () => new LdapTarget(),
        ["trace"] = () => new TraceContextTarget(),
        ["json-schema"] = () => new JsonSchemaTarget(),
        ["json-limits"] = () => new JsonLimitsTarget(),
        ["xml-limits"] = () => new XmlLimitsTarget(),
        ["openapi"] = () => new OpenApiTarget(),
        ["script"] = () => new ScriptTarget(),
        ["template"] = () => new TemplateTarget(),
        ["wsdl"] = () => new WsdlTarget(),
        ["protobuf"] = () => new ProtobufTarget(),
        ["graphql"] = () => new GraphQlTarget(),
        ["requests-auto"] = () => new RequestTarget("requests-auto", TransportKind.Auto),
        ["requests-epoll"] = () => new RequestTarget("requests-epoll", TransportKind.Epoll),
        ["requests-sockets"] = () => new RequestTarget("requests-sockets", TransportKind.Sockets),
        ["calls-auto"] = () => new CallTarget("calls-auto", TransportKind.Auto),
        ["calls-sockets"] = () => new CallTarget("calls-sockets", TransportKind.Sockets),
        ["answers-auto"] = () => new AnswerTarget("answers-auto", TransportKind.Auto),
        ["answers-epoll"] = () => new AnswerTarget("answers-epoll", TransportKind.Epoll),
        ["answers-sockets"] = () => new AnswerTarget("answers-sockets", TransportKind.Sockets),
    };

    public static IEnumerable<string> Names => All.Keys;

    public string Name { get; } = name;

    /// <summary>Those that found something once, then good inputs.</summary>
    public IReadOnlyList<byte[]> Seeds => field ??= [.. Found.For(Name), .. Samples];

    /// <summary>What is put in here and there, because chance would not find it.</summary>
    public virtual IReadOnlyList<byte[]> Pieces => [];

    protected abstract IEnumerable<byte[]> Samples { get; }

    public static FuzzTarget Named(string name) => All.TryGetValue(name, out var make) ? make() : throw new ArgumentException($"no target {name}");

    /// <summary>Runs one input.</summary>
    /// <exception cref="FuzzException">Something that must hold did not.</exception>
    public void Check(byte[] input)
    {
        // An endless loop cannot be left by an exception.
        using var watchdog = new Timer(_ => Environment.FailFast(Report(input, $"it takes longer than {Limit.TotalSeconds} s")), null, Limit, Timeout.InfiniteTimeSpan);
        try
        {
            Run(input);
        }
        catch (Exception problem)
        {
            throw new FuzzException(Report(input, problem.ToString()), problem);
        }
    }

    public virtual ValueTask DisposeAsync() => default;

    /// <summary>Throws when something does not hold.</summary>
    protected abstract void Run(byte[] input);

    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static IReadOnlyList<byte[]> AllOf(params string[] texts) => [.. texts.Select(Bytes)];

    private string Report(byte[] input, string problem) =>
        $"{Name}: {problem}\ninput: {Encoding.Latin1.GetString(input.AsSpan(0, Math.Min(400, input.Length)))}\n--target {Name} --input {Convert.ToBase64String(input)}";
}

/// <summary>An input for which something did not hold.</summary>
internal sealed class FuzzException(string message, Exception problem) : Exception(message, problem);

namespace Sluice.Workflows.Nodes.Connectors;

/// <summary>The API of a service: where it is, how a request is authorised, and what can be done there. A connector is one of these and a record.</summary>
/// <param name="Service">Its name for people.</param>
/// <param name="Address">Where it is; null when only the connection or the node knows.</param>
/// <param name="Connections">The kinds of connection it takes; none when it is open to everybody.</param>
internal sealed record ConnectorApi<TParameters>(string Service, string? Address, params IReadOnlyList<string> Connections)
    where TParameters : ConnectorParameters
{
    private readonly List<KeyValuePair<string, ApiResource<TParameters>>> _resources = [];

    /// <summary>Header fields of every request.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether it can be used without a connection, too.</summary>
    public bool ConnectionIsOptional { get; init; }

    /// <summary>For catalogues.</summary>
    public ConnectorFacts Facts => new(Service, Address, Connections, _resources.ToDictionary(r => r.Key, r => r.Value.Names, StringComparer.Ordinal));

    /// <summary>What can be done with a resource; the first one is meant where a node names none.</summary>
    public ApiResource<TParameters> this[string resource]
    {
        init => _resources.Add(new(resource, value));
    }

    /// <summary>The operation that a node asks for; reports when there is none.</summary>
    public ApiOperation<TParameters>? Find(TParameters parameters, Action<string, string> report)
    {
        var resource = parameters.Resource is { Length: > 0 } named ? _resources.Find(r => r.Key == named) : _resources[0];
        if (resource.Value is null)
        {
            report("resource", $"'{parameters.Resource}' is not supported; supported are {string.Join(", ", _resources.Select(r => r.Key))}");
            return null;
        }

        var operation = parameters.Operation is { Length: > 0 } wanted ? wanted : resource.Value.Usual;
        var found = resource.Value.Find(operation);
        if (found is null) report("operation", $"'{operation}' of {resource.Key} is not supported; supported are {string.Join(", ", resource.Value.Names)}");
        return found;
    }
}

/// <summary>What can be done with a resource.</summary>
/// <param name="Usual">The operation that is meant where a node names none: editors leave it out.</param>
internal sealed record ApiResource<TParameters>(string Usual)
{
    private readonly List<ApiOperation<TParameters>> _operations = [];

    public IReadOnlyList<string> Names => [.. _operations.Select(o => o.Name)];

    /// <summary>Makes the request of an item.</summary>
    public Action<TParameters, ApiRequest> this[string operation]
    {
        init => _operations.Add(new(operation, value));
    }

    /// <summary>The operations that it has in common with others.</summary>
    public ApiResource<TParameters> Common
    {
        init => _operations.AddRange(value._operations);
    }

    /// <summary>The operations of which one execution does all items at once.</summary>
    public IReadOnlyList<string> AllAtOnce { get; init; } = [];

    public ApiOperation<TParameters>? Find(string name) => _operations.Find(o => o.Name == name) is { } found ? found with { AllAtOnce = AllAtOnce.Contains(name, StringComparer.Ordinal) } : null;
}

/// <summary>One operation.</summary>
/// <param name="Build">Makes the request of an item.</param>
/// <param name="AllAtOnce">The request is that of all items; they come out as they came in unless the answer gives others.</param>
internal sealed record ApiOperation<TParameters>(string Name, Action<TParameters, ApiRequest> Build, bool AllAtOnce = false);

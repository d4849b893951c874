namespace Sluice.Workflows.Nodes.Soap.Wsdl;

/// <summary>WSDLs behind addresses: fetched when the first call needs one, and again after an hour; the old one serves while a new one cannot be had.</summary>
internal sealed class FetchedContracts
{
    private const int MostKept = 64;

    private static readonly TimeSpan Fresh = TimeSpan.FromHours(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Dictionary<(string, HttpRoute), Entry> _known = [];

    /// <exception cref="NodeException">It cannot be had, or cannot be read.</exception>
    public async ValueTask<WsdlContract> GetAsync(string address, HttpRoute route, NodeContext context)
    {
        Entry entry;
        lock (_known)
        {
            if (!_known.TryGetValue((address, route), out entry!))
            {
                if (_known.Count >= MostKept) _known.Remove(_known.MinBy(k => k.Value.Fetched).Key);
                _known[(address, route)] = entry = new Entry();
            }
        }

        if (entry.Contract is { } known && context.Time.GetUtcNow() - entry.Fetched < Fresh) return known;
        await entry.One.WaitAsync(context.Cancellation);
        try
        {
            if (entry.Contract is { } there && context.Time.GetUtcNow() - entry.Fetched < Fresh) return there;
            using var source = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
            await using var timer = context.Time.CreateTimer(static s => ((CancellationTokenSource)s!).Cancel(), source, Patience, Timeout.InfiniteTimeSpan);
            entry.Contract = WsdlReader.Read(await WsdlFetch.AllAsync(address, location => WsdlFetch.OneAsync(context.Services.Http, route, location, source.Token)));
        }
        catch (Exception e) when (e is WsdlException or HttpRequestException or IOException || (e is OperationCanceledException && !context.Cancellation.IsCancellationRequested))
        {
            if (e.InnerException is NodeException own) throw own;
            if (entry.Contract is null) throw new NodeException($"the WSDL {address} cannot be had: {(e is OperationCanceledException ? $"no answer within {Patience.TotalSeconds} s" : e.Message)}", e);
        }
        finally
        {
            entry.One.Release();
        }

        entry.Fetched = context.Time.GetUtcNow();
        return entry.Contract!;
    }

    private sealed class Entry
    {
        public SemaphoreSlim One { get; } = new(1);

        public WsdlContract? Contract { get; set; }

        public DateTimeOffset Fetched { get; set; }
    }
}

namespace Sluice.Gateway.Upstreams.Balancing;

/// <summary>
/// Points on a circle of 64-bit numbers, each belonging to an endpoint. How many an endpoint has follows from its weight beside the greatest
/// one and not from how many others there are, so that adding or removing an endpoint moves no point of another.
/// </summary>
internal sealed class HashRing
{
    private readonly ulong[] points;
    private readonly LiveEndpoint[] owners;

    /// <param name="endpoints">At least one; all with a weight above 0.</param>
    /// <param name="slots">Kong's size of the ring; a tenth of it (16 to 4096) is the number of points of the heaviest endpoint.</param>
    public HashRing(LiveEndpoint[] endpoints, int slots)
    {
        Endpoints = endpoints;
        var most = Math.Clamp(slots / 10, 16, 4096);
        var heaviest = endpoints.Max(e => e.Weight);
        var counts = endpoints.Select(e => (int)Math.Max(1, (long)most * e.Weight / heaviest)).ToArray();
        points = new ulong[counts.Sum()];
        owners = new LiveEndpoint[points.Length];
        var next = 0;
        for (var i = 0; i < endpoints.Length; i++)
        {
            for (var point = 0; point < counts[i]; point++, next++)
            {
                var hash = new StableHash();
                hash.Add(endpoints[i].Key);
                hash.Add((ulong)point);
                points[next] = hash.Value;
                owners[next] = endpoints[i];
            }
        }

        Array.Sort(points, owners);
    }

    public LiveEndpoint[] Endpoints { get; }

    /// <summary>The healthy and untried owner of the first point from <paramref name="hash"/> on; a tried one when there is no other.</summary>
    public LiveEndpoint Find(ulong hash, TriedEndpoints tried)
    {
        var start = Array.BinarySearch(points, hash);
        if (start < 0) start = ~start;
        LiveEndpoint? second = null;
        for (var i = 0; i < owners.Length; i++)
        {
            var index = start + i;
            var owner = owners[index < owners.Length ? index : index - owners.Length];
            if (!owner.IsHealthy) continue;
            if (!tried.Contains(owner)) return owner;
            second ??= owner;
        }

        return second ?? owners[start % owners.Length];
    }
}

namespace Sluice.Gateway.Plugins.HttpCache;

/// <summary>
/// Names that were seen under URLs lately, so that what tells a request's response apart is known before the store is asked. Only a guess: the store
/// says whether they are still the ones. A newer one takes the place of another with the same remainder, so that they never take more room.
/// </summary>
internal sealed class RecentNames
{
    private const int Places = 4096;

    private readonly VariantNames?[] places = new VariantNames?[Places];

    public VariantNames? Find(string resource) =>
        Volatile.Read(ref places[PlaceOf(resource)]) is { } names && string.Equals(names.Key, resource, StringComparison.Ordinal) ? names : null;

    public void Add(VariantNames names) => Volatile.Write(ref places[PlaceOf(names.Key)], names);

    private static int PlaceOf(string resource) => resource.GetHashCode(StringComparison.Ordinal) & (Places - 1);
}

using System.Runtime.CompilerServices;

namespace Sluice.Gateway.Pipeline;

public sealed partial class Exchange
{
    private object?[] slots = [];
    private string? requestId;
    private string? requestIdScratch;
    private RequestIdBytes requestIdBytes;

    /// <summary>The id of this request: 32 hex digits, in every error, log line and (as X-Kong-Request-Id) sent both ways.</summary>
    public string RequestId => requestId ??= requestIdBytes.ToString();

    /// <summary>The same as ASCII, without making a string.</summary>
    public ReadOnlySpan<byte> RequestIdUtf8 => requestIdBytes.Span;

    /// <summary>
    /// The id for the response header. Over HTTP/1 it is a string that this exchange owns and writes anew for each request, so that the field
    /// costs no allocation; the HTTP layer copies it out when it sends the head. HTTP/2 keeps values in its compression table and gets a real one.
    /// </summary>
    internal string RequestIdForHeader
    {
        get
        {
            if (requestId is not null || !ReferenceEquals(Request.Protocol, Microsoft.AspNetCore.Http.HttpProtocol.Http11)) return RequestId;
            requestIdScratch ??= new string('0', 32);
            var chars = System.Runtime.InteropServices.MemoryMarshal.CreateSpan(
                ref System.Runtime.InteropServices.MemoryMarshal.GetReference(requestIdScratch.AsSpan()), 32);
            System.Text.Ascii.ToUtf16(requestIdBytes.Span, chars, out _);
            return requestIdScratch;
        }
    }

    /// <summary>The plugin's own state in this exchange. The slot comes from <see cref="PluginSlot{T}"/>, once per plugin class.</summary>
    internal ref object? Slot(int index)
    {
        if (index >= slots.Length) Array.Resize(ref slots, Math.Max(index + 1, PluginSlots.Count));
        return ref slots[index];
    }

    /// <summary>The response does not name the program that answers, in <c>Server</c> or <c>Via</c>.</summary>
    public bool HidesServer { get; set; }

    /// <summary>Makes the object ready for the next request of its connection.</summary>
    internal void Begin(Snapshot.GatewaySnapshot snapshot)
    {
        Snapshot = snapshot;
        Plan = snapshot.UnmatchedPlan;
        Path = "/";
        Query = "";
        Timings = default;
        Timings.Started = System.Diagnostics.Stopwatch.GetTimestamp();
        requestId = null;
        requestIdBytes = RequestIdBytes.Next();
        Source = ResponseSource.None;
    }

    /// <summary>Lets go of all that belongs to the request: an idle connection must not keep a retired snapshot, or a body, in memory.</summary>
    internal void End()
    {
        Snapshot = null!;
        Plan = null!;
        Match = default;
        elsewhere = null;
        RetryRules = null;
        HedgeRules = null;
        RequestCapture = null;
        TryDeadline = 0;
        Array.Clear(slots);
        Consumer = null;
        Credential = null;
        Endpoint = null;
        Error = null;
        Trace = null;
        bodyRewrite = null;
        bodyCapture = null;
        StreamTransform = null;
        BodyFilter = null;
        DropsResponseBody = false;
        HidesServer = false;
        InsteadOfUpstream = null;
        Running = null;
        requestBody = null;
    }
}

/// <summary>How many slots have been given out.</summary>
internal static class PluginSlots
{
    private static int count;

    public static int Count => Volatile.Read(ref count);

    public static int Next() => Interlocked.Increment(ref count) - 1;
}

/// <summary>A typed place in every exchange for what a plugin keeps between its stages. Declare it once, as a static field of the plugin.</summary>
public sealed class PluginSlot<T>
    where T : class
{
    private readonly int index = PluginSlots.Next();

    public T? Get(Exchange exchange) => Unsafe.As<T?>(exchange.Slot(index));

    public void Set(Exchange exchange, T? value) => exchange.Slot(index) = value;
}

/// <summary>A request id: 16 random bytes per process mixed with a counter, as 32 lower-case hex digits.</summary>
[InlineArray(32)]
internal struct RequestIdBytes
{
    private byte first;

    [ThreadStatic]
    private static ulong high, low;

    public readonly ReadOnlySpan<byte> Span => System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpan(in first, 32);

    public static RequestIdBytes Next()
    {
        if (high == 0)
        {
            Span<byte> seed = stackalloc byte[16];
            System.Security.Cryptography.RandomNumberGenerator.Fill(seed);
            high = BitConverter.ToUInt64(seed) | 1;
            low = BitConverter.ToUInt64(seed[8..]);
        }

        // xorshift128+ (Vigna 2014): unique enough to find a request by, and not a secret.
        var x = high;
        var y = low;
        high = y;
        x ^= x << 23;
        low = x ^ y ^ (x >> 17) ^ (y >> 26);
        var id = default(RequestIdBytes);
        Span<byte> binary = stackalloc byte[16];
        BitConverter.TryWriteBytes(binary, low + y);
        BitConverter.TryWriteBytes(binary[8..], high);
        Convert.TryToHexStringLower(binary, id, out _);
        return id;
    }

    public override readonly string ToString() => System.Text.Encoding.ASCII.GetString(Span);
}

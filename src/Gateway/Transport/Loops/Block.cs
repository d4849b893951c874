using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sluice.Gateway.Transport.Loops;

/// <summary>
/// A piece of pinned memory with the bytes of a connection in <c>[Start, End)</c>; blocks form chains. Whoever holds one owns it and
/// gives it back to the pool once.
/// </summary>
internal sealed unsafe class Block : ReadOnlySequenceSegment<byte>, IMemoryOwner<byte>
{
    private readonly BlockPool pool;
    private readonly byte[] bytes;
    private bool rented;

    public Block(BlockPool pool, int size)
    {
        this.pool = pool;
        bytes = GC.AllocateUninitializedArray<byte>(size, pinned: true);
        Address = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(bytes));
    }

    public byte* Address { get; }

    public int Start { get; set; }

    public int End { get; set; }

    public int Capacity => bytes.Length;

    public int Length => End - Start;

    public int Free => bytes.Length - End;

    public Block? Following
    {
        get => Unsafe.As<Block?>(Next);
        set => Next = value;
    }

    public Span<byte> Room => bytes.AsSpan(End);

    public ReadOnlySpan<byte> Content => bytes.AsSpan(Start, Length);

    Memory<byte> IMemoryOwner<byte>.Memory => bytes;

    public Memory<byte> RoomAsMemory() => bytes.AsMemory(End);

    /// <summary>Makes <paramref name="next"/> the continuation of this block in a sequence: what is behind <see cref="End"/> here is left out.</summary>
    public void ContinueWith(Block next)
    {
        Memory = bytes.AsMemory(0, End);
        next.RunningIndex = RunningIndex + End;
        Next = next;
    }

    /// <summary>Copies as much as fits and returns the rest.</summary>
    public ReadOnlySpan<byte> Fill(ReadOnlySpan<byte> source)
    {
        var count = Math.Min(source.Length, Free);
        source[..count].CopyTo(Room);
        End += count;
        return source[count..];
    }

    public void Dispose() => pool.Return(this);

    internal void MarkRented()
    {
        rented = true;
        Start = End = 0;
        Next = null;
        RunningIndex = 0;
        Memory = bytes;
    }

    internal bool MarkReturned()
    {
        Debug.Assert(rented, "A block was given back twice.");
        var was = rented;
        rented = false;
        return was;
    }
}

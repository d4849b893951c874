using System.Buffers;
using System.Collections.Concurrent;

namespace Sluice.Gateway.Transport.Loops;

/// <summary>
/// Blocks of two sizes. Each loop keeps a stack of its own, which costs a few instructions; other threads and overflow use one shared
/// queue. Also the <see cref="MemoryPool{T}"/> that Kestrel takes its own buffers from.
/// </summary>
internal sealed class BlockPool : MemoryPool<byte>
{
    /// <summary>Holds a usual request or answer.</summary>
    public const int SmallSize = 4096;

    /// <summary>For bodies: 64 KiB of them behind a response head. Relaying with small buffers makes big answers several times dearer.</summary>
    public const int LargeSize = 65536 + 4096;

    private const int SmallPerLoop = 1024;
    private const int LargePerLoop = 64;
    private const int SmallShared = 4096;
    private const int LargeShared = 128;

    private readonly ConcurrentQueue<Block> small = new();
    private readonly ConcurrentQueue<Block> large = new();

    public override int MaxBufferSize => LargeSize;

    /// <summary>A block with at least <paramref name="size"/> bytes; above <see cref="LargeSize"/> it is not kept afterwards.</summary>
    public Block Take(int size)
    {
        var loop = OwnLoop();
        var block = size <= SmallSize ? Take(SmallSize, loop?.SmallBlocks, small)
            : size <= LargeSize ? Take(LargeSize, loop?.LargeBlocks, large)
            : new Block(this, size);
        block.MarkRented();
        return block;
    }

    public void Return(Block block)
    {
        if (!block.MarkReturned())
            return;
        block.Following = null; // a kept block must not keep its chain
        var loop = OwnLoop();
        if (block.Capacity == SmallSize)
            Put(block, loop?.SmallBlocks, SmallPerLoop, small, SmallShared);
        else if (block.Capacity == LargeSize)
            Put(block, loop?.LargeBlocks, LargePerLoop, large, LargeShared);
    }

    public void ReturnChain(Block? block)
    {
        while (block != null)
        {
            var next = block.Following;
            Return(block);
            block = next;
        }
    }

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, LargeSize);
        return Take(minBufferSize);
    }

    protected override void Dispose(bool disposing)
    {
    }

    /// <summary>The loop whose thread this is, when it is one that works with this pool.</summary>
    private LoopThread? OwnLoop() => EventLoop.Current is LoopThread loop && ReferenceEquals(loop.Pool, this) ? loop : null;

    private Block Take(int size, Stack<Block>? own, ConcurrentQueue<Block> shared)
    {
        if (own != null && own.TryPop(out var block))
            return block;
        return shared.TryDequeue(out block) ? block : new Block(this, size);
    }

    private static void Put(Block block, Stack<Block>? own, int ownLimit, ConcurrentQueue<Block> shared, int sharedLimit)
    {
        if (own != null && own.Count < ownLimit)
            own.Push(block);
        else if (shared.Count < sharedLimit)
            shared.Enqueue(block);
    }
}

namespace Sluice.Workflows.Expressions.Compilation;

/// <summary>The variables of one frame: of a function, or of the turns of a loop. Blocks inside of it share the frame and have names of their own.</summary>
internal sealed class VariableScope(VariableScope? parent, bool isLoop = false)
{
    private readonly List<Dictionary<string, (int Slot, bool IsConstant)>> _blocks = [new(StringComparer.Ordinal)];

    public VariableScope? Parent { get; } = parent;

    public bool IsLoop { get; } = isLoop;

    public int Size { get; private set; }

    /// <summary>What can be asked of a function from inside of it; null in the frames of its loops.</summary>
    public FunctionContext? Function { get; init; }

    public void OpenBlock() => _blocks.Add(new(StringComparer.Ordinal));

    public void CloseBlock() => _blocks.RemoveAt(_blocks.Count - 1);

    /// <returns>The slot of the new variable, or of the one of this name in the same block.</returns>
    public int Declare(string name, bool isConstant)
    {
        var block = _blocks[^1];
        var slot = block.TryGetValue(name, out var known) ? known.Slot : Size++;
        block[name] = (slot, isConstant);
        return slot;
    }

    /// <summary>Declares a variable that all blocks see.</summary>
    public int DeclareOutside(string name)
    {
        var slot = _blocks[0].TryGetValue(name, out var known) ? known.Slot : Size++;
        _blocks[0][name] = (slot, false);
        return slot;
    }

    /// <summary>A new variable that nobody can name.</summary>
    public int Temporary() => Size++;

    public bool TryFind(string name, out int slot, out bool isConstant)
    {
        for (var i = _blocks.Count - 1; i >= 0; i--)
        {
            if (!_blocks[i].TryGetValue(name, out var found)) continue;
            (slot, isConstant) = found;
            return true;
        }

        (slot, isConstant) = (-1, false);
        return false;
    }
}

/// <summary>The function that is being compiled.</summary>
internal sealed class FunctionContext
{
    public bool IsArrow { get; init; }

    public bool IsAsync { get; init; }

    public bool IsGenerator { get; init; }

    /// <summary>Whether it is the constructor of a class that extends another, or a function inside of one that has its <c>this</c>.</summary>
    public bool IsDerived { get; init; }

    /// <summary>Whether it is a static member of a class.</summary>
    public bool IsStatic { get; init; }

    /// <summary>The slot of <c>arguments</c>; -1 while nobody asks for it.</summary>
    public int ArgumentsSlot { get; set; } = -1;
}

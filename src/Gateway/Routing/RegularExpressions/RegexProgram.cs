namespace Sluice.Gateway.Routing.RegularExpressions;

internal enum RegexOperation : byte
{
    /// <summary>Takes one character of <see cref="RegexInstruction.Set"/>.</summary>
    Set,

    /// <summary>Goes on only where <see cref="RegexInstruction.Assertion"/> holds.</summary>
    Assert,

    /// <summary>Goes on at both places, the first preferred.</summary>
    Split,

    Jump,

    /// <summary>Notes the position in slot <see cref="RegexInstruction.First"/>.</summary>
    Save,

    Match,
}

internal readonly record struct RegexInstruction(
    RegexOperation Operation, int First = 0, int Second = 0, CharacterSet? Set = null, RegexAssertion Assertion = default);

/// <summary>A regular expression as instructions for <see cref="RegexMachine"/>.</summary>
internal sealed class RegexProgram
{
    /// <summary>Repetitions are written out, so that <c>(a{1000}){1000}</c> would fill the memory.</summary>
    private const int MaxLength = 20_000;

    private readonly List<RegexInstruction> instructions = [];
    private int parts;

    private RegexProgram()
    {
    }

    public RegexInstruction[] Instructions { get; private set; } = [];

    /// <summary>The program of <paramref name="root"/>; null when it is too large.</summary>
    public static RegexProgram? Compile(RegexNode root)
    {
        var program = new RegexProgram();
        if (!program.Add(root)) return null;
        program.Emit(new(RegexOperation.Match));
        program.Instructions = [.. program.instructions];
        return program;
    }

    private int Emit(RegexInstruction instruction)
    {
        instructions.Add(instruction);
        return instructions.Count - 1;
    }

    private bool Add(RegexNode node)
    {
        // Counted too are parts that come to nothing: (?:){999999} is no less work.
        if (instructions.Count > MaxLength || ++parts > 2 * MaxLength) return false;
        switch (node)
        {
            case SetNode set:
                Emit(new(RegexOperation.Set, Set: set.Set));
                return true;
            case AssertionNode assertion:
                Emit(new(RegexOperation.Assert, Assertion: assertion.Assertion));
                return true;
            case GroupNode group:
                Emit(new(RegexOperation.Save, group.Number * 2));
                if (!Add(group.Inner)) return false;
                Emit(new(RegexOperation.Save, (group.Number * 2) + 1));
                return true;
            case SequenceNode sequence:
                foreach (var part in sequence.Parts)
                    if (!Add(part)) return false;
                return true;
            case ChoiceNode choice:
                return AddChoice(choice.Options);
            default:
                return AddRepeat((RepeatNode)node);
        }
    }

    private bool AddChoice(IReadOnlyList<RegexNode> options)
    {
        var jumps = new List<int>();
        for (var i = 0; i < options.Count - 1; i++)
        {
            var split = Emit(default);
            if (!Add(options[i])) return false;
            jumps.Add(Emit(default));
            instructions[split] = new(RegexOperation.Split, split + 1, instructions.Count);
        }

        if (!Add(options[^1])) return false;
        foreach (var jump in jumps) instructions[jump] = new(RegexOperation.Jump, instructions.Count);
        return true;
    }

    private bool AddRepeat(RepeatNode repeat)
    {
        for (var i = 0; i < repeat.Min; i++)
            if (!Add(repeat.Inner)) return false;

        if (repeat.Max is not { } max)
        {
            var split = Emit(default);
            if (!Add(repeat.Inner)) return false;
            Emit(new(RegexOperation.Jump, split));
            instructions[split] = Fork(split + 1, instructions.Count, repeat.Greedy);
            return true;
        }

        var splits = new List<int>();
        for (var i = repeat.Min; i < max; i++)
        {
            splits.Add(Emit(default));
            if (!Add(repeat.Inner)) return false;
        }

        foreach (var split in splits) instructions[split] = Fork(split + 1, instructions.Count, repeat.Greedy);
        return true;
    }

    private static RegexInstruction Fork(int inside, int outside, bool greedy) =>
        greedy ? new(RegexOperation.Split, inside, outside) : new(RegexOperation.Split, outside, inside);
}

using System.Buffers;
using System.Text;

namespace Sluice.Gateway.Routing.RegularExpressions;

/// <summary>
/// Runs a program over a text, all its threads side by side (Pike's virtual machine). The time is at most the length of the text times that of
/// the program, and of several matches the leftmost is found, and of those the one that is preferred, as by an engine that tracks back.
/// </summary>
internal sealed class RegexMachine
{
    [ThreadStatic]
    private static RegexMachine? ofThread;

    private readonly ThreadList first = new();
    private readonly ThreadList second = new();
    private (int Instruction, int Slot, int Old)[] pending = new (int, int, int)[64];
    private int[] slots = new int[2];

    /// <summary>Finds the first match. The machine is the calling thread's own, so that nothing is allocated.</summary>
    /// <param name="start">The instruction to begin with, and <paramref name="at"/> the position, when it is known what comes before.</param>
    /// <param name="anchored">No match begins after <paramref name="at"/>.</param>
    /// <param name="found">Receives the beginning and the end of the match and of each group that there is room for; -1 for one that took no part.</param>
    public static bool Run(RegexProgram program, ReadOnlySpan<char> text, int start, int at, bool anchored, scoped Span<int> found)
    {
        var machine = ofThread ?? new RegexMachine();
        ofThread = null;
        var matched = machine.Find(program.Instructions, text, start, at, anchored, found);
        ofThread = machine;
        return matched;
    }

    private bool Find(RegexInstruction[] program, ReadOnlySpan<char> text, int start, int at, bool anchored, scoped Span<int> found)
    {
        var width = found.Length;
        var current = first;
        var next = second;
        current.Prepare(program.Length, width);
        next.Prepare(program.Length, width);
        if (pending.Length < program.Length + 1) pending = new (int, int, int)[program.Length * 2];
        if (slots.Length < width) slots = new int[width];

        var matched = false;
        var seeded = false;
        while (true)
        {
            if (!matched && !(seeded && anchored))
            {
                Array.Fill(slots, -1, 0, width);
                slots[0] = seeded ? at : 0;
                Follow(program, text, start, at, current, width);
                seeded = true;
            }

            if (current.Count == 0 && (matched || anchored)) return matched;
            var size = 0;
            var c = -1;
            if (at < text.Length && char.IsAscii(text[at]))
            {
                size = 1;
                c = text[at];
            }
            else if (at < text.Length)
            {
                Rune.DecodeFromUtf16(text[at..], out var rune, out size);
                c = rune.Value;
            }

            for (var i = 0; i < current.Count; i++)
            {
                var thread = current.Instruction(i);
                ref readonly var instruction = ref program[thread];
                if (instruction.Operation == RegexOperation.Match)
                {
                    // Those after it in the list are less preferred.
                    current.Slots(thread, width).CopyTo(found);
                    found[1] = at;
                    matched = true;
                    break;
                }

                if (c < 0 || !instruction.Set!.Contains(c)) continue;
                current.Slots(thread, width).CopyTo(slots);
                Follow(program, text, thread + 1, at + size, next, width);
            }

            if (at >= text.Length) return matched;
            at += size;
            (current, next) = (next, current);
            next.Clear();
        }
    }

    /// <summary>Adds to <paramref name="list"/> what can be reached from an instruction without taking a character, the preferred first.</summary>
    private void Follow(RegexInstruction[] program, ReadOnlySpan<char> text, int instruction, int at, ThreadList list, int width)
    {
        var count = 0;
        pending[count++] = (instruction, -1, 0);
        while (count > 0)
        {
            var (thread, slot, old) = pending[--count];
            if (slot >= 0)
            {
                slots[slot] = old;
                continue;
            }

            while (list.Add(thread))
            {
                ref readonly var step = ref program[thread];
                if (step.Operation == RegexOperation.Jump)
                {
                    thread = step.First;
                }
                else if (step.Operation == RegexOperation.Split)
                {
                    pending[count++] = (step.Second, -1, 0);
                    thread = step.First;
                }
                else if (step.Operation == RegexOperation.Save)
                {
                    if (step.First < width)
                    {
                        pending[count++] = (0, step.First, slots[step.First]);
                        slots[step.First] = at;
                    }

                    thread++;
                }
                else if (step.Operation == RegexOperation.Assert)
                {
                    if (!Holds(step.Assertion, text, at)) break;
                    thread++;
                }
                else
                {
                    list.Keep(thread, slots.AsSpan(0, width));
                    break;
                }
            }
        }
    }

    private static bool Holds(RegexAssertion assertion, ReadOnlySpan<char> text, int at) => assertion switch
    {
        RegexAssertion.Start => at == 0,
        RegexAssertion.End => at == text.Length,
        RegexAssertion.LineStart => at == 0 || text[at - 1] == '\n',
        RegexAssertion.LineEnd => at == text.Length || text[at] == '\n',
        RegexAssertion.WordBoundary => IsWordBefore(text, at) != IsWordAfter(text, at),
        _ => IsWordBefore(text, at) == IsWordAfter(text, at),
    };

    private static bool IsWordBefore(ReadOnlySpan<char> text, int at) =>
        Rune.DecodeLastFromUtf16(text[..at], out var rune, out _) == OperationStatus.Done && CharacterSet.IsWord(rune.Value);

    private static bool IsWordAfter(ReadOnlySpan<char> text, int at) =>
        Rune.DecodeFromUtf16(text[at..], out var rune, out _) == OperationStatus.Done && CharacterSet.IsWord(rune.Value);

    /// <summary>The threads at one position, the preferred first, each instruction once.</summary>
    private sealed class ThreadList
    {
        private int[] seen = [];
        private int[] kept = [];
        private int[] slots = [];
        private int generation;

        /// <summary>How many wait for a character or have matched.</summary>
        public int Count { get; private set; }

        public void Prepare(int instructions, int width)
        {
            if (seen.Length < instructions)
            {
                seen = new int[instructions];
                kept = new int[instructions];
                generation = 0;
            }

            if (slots.Length < instructions * width) slots = new int[instructions * width];
            Clear();
        }

        public void Clear()
        {
            Count = 0;
            if (++generation != int.MaxValue) return;
            Array.Clear(seen);
            generation = 1;
        }

        /// <summary>False when the instruction was reached before.</summary>
        public bool Add(int instruction)
        {
            if (seen[instruction] == generation) return false;
            seen[instruction] = generation;
            return true;
        }

        public void Keep(int instruction, ReadOnlySpan<int> positions)
        {
            kept[Count++] = instruction;
            positions.CopyTo(slots.AsSpan(instruction * positions.Length));
        }

        public int Instruction(int index) => kept[index];

        public ReadOnlySpan<int> Slots(int instruction, int width) => slots.AsSpan(instruction * width, width);
    }
}

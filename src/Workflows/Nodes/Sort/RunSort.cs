namespace Sluice.Workflows.Nodes.Sort;

/// <summary>
/// Sorts as JavaScript's engines do: runs that are in order are found, short ones lengthened by insertion, all merged. Where a comparison contradicts itself,
/// as people's code does, the outcome is that of n8n for fewer than 64 items; the framework's own sort would fail.
/// </summary>
internal static class RunSort
{
    private const int LongEnough = 64;

    public static int[] Sort(int[] order, Func<int, int, int> compare)
    {
        var runs = new Stack<int[]>();
        var shortest = ShortestRun(order.Length);
        for (var start = 0; start < order.Length;)
        {
            var length = OrderedRun(order, start, compare);
            if (length < shortest)
            {
                var forced = Math.Min(shortest, order.Length - start);
                Insert(order.AsSpan(start, forced), length, compare);
                length = forced;
            }

            var run = order[start..(start + length)];
            while (runs.TryPeek(out var before) && before.Length <= run.Length) run = Merge(runs.Pop(), run, compare);
            runs.Push(run);
            start += length;
        }

        if (runs.Count == 0) return order;
        var sorted = runs.Pop();
        while (runs.Count > 0) sorted = Merge(runs.Pop(), sorted, compare);
        return sorted;
    }

    private static int ShortestRun(int length)
    {
        var rest = 0;
        while (length >= LongEnough)
        {
            rest |= length & 1;
            length >>= 1;
        }

        return length + rest;
    }

    /// <summary>How many items from there on are in order; a run that goes down is turned round.</summary>
    private static int OrderedRun(int[] order, int start, Func<int, int, int> compare)
    {
        if (start + 1 == order.Length) return 1;
        var falls = compare(order[start + 1], order[start]) < 0;
        var end = start + 2;
        while (end < order.Length && compare(order[end], order[end - 1]) < 0 == falls) end++;
        if (falls) Array.Reverse(order, start, end - start);
        return end - start;
    }

    private static void Insert(Span<int> run, int from, Func<int, int, int> compare)
    {
        for (var i = from; i < run.Length; i++)
        {
            var pivot = run[i];
            int left = 0, right = i;
            while (left < right)
            {
                var middle = left + ((right - left) >> 1);
                if (compare(pivot, run[middle]) < 0) right = middle;
                else left = middle + 1;
            }

            run[left..i].CopyTo(run[(left + 1)..]);
            run[left] = pivot;
        }
    }

    private static int[] Merge(int[] left, int[] right, Func<int, int, int> compare)
    {
        var merged = new int[left.Length + right.Length];
        for (int i = 0, l = 0, r = 0; i < merged.Length; i++)
            merged[i] = r >= right.Length || (l < left.Length && compare(right[r], left[l]) >= 0) ? left[l++] : right[r++];
        return merged;
    }
}

using System.Globalization;

namespace Sluice.Gateway.Counters;

/// <summary>Numbers as header values. The common ones are made once, so that telling a client its limits allocates nothing.</summary>
internal static class Decimals
{
    private const int Known = 128 * 1024;
    private const int Page = 1024;

    private static readonly string?[]?[] Pages = new string?[Known / Page][];

    public static string Of(double number) =>
        number is >= 0 and < Known && (int)number == number ? Cached((int)number) : Written(number);

    private static string Cached(int number)
    {
        var page = Volatile.Read(ref Pages[number / Page]) ?? (Pages[number / Page] = new string?[Page]);
        return page[number % Page] ??= number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>14 significant digits, as Lua writes numbers; whole ones whole.</summary>
    private static string Written(double number) =>
        Math.Abs(number) < 1e15 && Math.Floor(number) == number
            ? ((long)number).ToString(CultureInfo.InvariantCulture)
            : number.ToString("G14", CultureInfo.InvariantCulture);
}

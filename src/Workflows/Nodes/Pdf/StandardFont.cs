namespace Sluice.Workflows.Nodes.Pdf;

/// <summary>
/// One of the fonts that every PDF reader brings along (ISO 32000-1, 9.6.2.2), so that neither this machine nor the file needs one. It has the characters of
/// Windows-1252: the languages of western Europe. Widths are Adobe's, in thousandths of the size.
/// </summary>
internal sealed class StandardFont
{
    /// <summary>What stands for characters that the font does not have.</summary>
    private const byte Unknown = (byte)'?';

    // The accented letters from 192 on are as wide as these.
    private const string Letters = "AAAAAA_CEEEEIIIIDNOOOOO_OUUUUYP_aaaaaa_ceeeeiiiidnooooo_ouuuuypy";

    // 128 to 159 of Windows-1252; 0 for what is not there.
    private static readonly char[] Upper =
    [
        '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
    ];

    private readonly short[] _widths = new short[256];

    private StandardFont(string name, ReadOnlySpan<short> ascii)
    {
        Name = name;
        Array.Fill(_widths, (short)556);
        ascii.CopyTo(_widths.AsSpan(32));
        for (var i = 0; i < Letters.Length; i++)
            if (Letters[i] != '_') _widths[192 + i] = _widths[Letters[i]];
        foreach (var (code, width) in new (int, short)[] { (0x85, 1000), (0x89, 1000), (0x8C, 1000), (0x95, 350), (0x97, 1000), (0x99, 1000), (0x9C, 944), (0xA0, 278), (0xA9, 737), (0xAE, 737), (0xB0, 400), (0xB7, 278), (0xC6, 1000), (0xD7, 584), (0xDF, 611), (0xE6, 889), (0xF7, 584) })
            _widths[code] = width;
    }

    public static StandardFont Regular { get; } = new("Helvetica",
    [
        278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
        1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
        333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
    ]);

    public static StandardFont Bold { get; } = new("Helvetica-Bold",
    [
        278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611,
        975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556,
        333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
    ]);

    /// <summary>As PDF knows it.</summary>
    public string Name { get; }

    /// <summary>Points that <paramref name="text"/> takes at <paramref name="size"/> points.</summary>
    public double Width(ReadOnlySpan<char> text, double size)
    {
        var sum = 0;
        foreach (var c in text) sum += _widths[Encode(c)];
        return sum * size / 1000;
    }

    /// <summary>The byte of a character.</summary>
    public static byte Encode(char c) => c switch
    {
        >= ' ' and <= '~' or >= '\u00A0' and <= '\u00FF' => (byte)c,
        '\t' => (byte)' ',
        _ => Array.IndexOf(Upper, c) is >= 0 and var at && c != '\0' ? (byte)(0x80 + at) : Unknown,
    };
}

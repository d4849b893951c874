using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Sluice.Gateway.Plugins.Transforming;

/// <summary>
/// The parameters of a query or a form, to be changed by name. A value is null for a parameter without <c>=</c>. What cannot be decoded without
/// loss is kept as it was written.
/// </summary>
internal sealed class Arguments
{
    private readonly OrderedDictionary<string, List<string?>> values = new(StringComparer.Ordinal);
    private HashSet<string>? undecodable;

    /// <summary>Reads <c>a=1&amp;b=2</c>.</summary>
    public static Arguments Parse(ReadOnlySpan<char> text)
    {
        var read = new Arguments();
        foreach (var range in text.Split('&'))
        {
            var pair = text[range];
            if (pair.IsEmpty) continue;
            var equals = pair.IndexOf('=');
            var name = read.Decode(equals < 0 ? pair : pair[..equals]);
            if (name.Length > 0) read.Append(name, equals < 0 ? null : read.Decode(pair[(equals + 1)..]));
        }

        return read;
    }

    public int Count => values.Count;

    /// <summary>Names and values in the order in which they came.</summary>
    public IEnumerable<KeyValuePair<string, List<string?>>> All => values;

    /// <summary>The values of <paramref name="name"/>; null when it is not there.</summary>
    public IReadOnlyList<string?>? Get(string name) => values.TryGetValue(name, out var found) ? found : null;

    public bool Has(string name) => values.ContainsKey(name);

    public void Remove(string name) => values.Remove(name);

    public void Rename(string name, string to)
    {
        if (values.Remove(name, out var moved)) values[to] = moved;
    }

    public void Set(string name, string? value) => values[name] = [value];

    public void Append(string name, string? value)
    {
        if (values.TryGetValue(name, out var list)) list.Add(value);
        else values[name] = [value];
    }

    /// <summary>Adds all of <paramref name="others"/>.</summary>
    public void Append(Arguments others)
    {
        foreach (var (name, list) in others.values)
            foreach (var value in list) Append(name, value);
        if (others.undecodable is not null) (undecodable ??= new(StringComparer.Ordinal)).UnionWith(others.undecodable);
    }

    /// <summary>Writes them in the order of their encoded names, as Kong writes a query, or as they came.</summary>
    public string Write(bool sorted)
    {
        var text = new StringBuilder();
        var all = values.Select(v => (Name: Encode(v.Key), Values: v.Value));
        foreach (var (name, list) in sorted ? all.OrderBy(v => v.Name, StringComparer.Ordinal) : all)
        {
            foreach (var value in list)
            {
                if (text.Length > 0) text.Append('&');
                text.Append(name);
                if (value is not null) text.Append('=').Append(Encode(value));
            }
        }

        return text.ToString();
    }

    private string Decode(ReadOnlySpan<char> written)
    {
        if (!written.ContainsAny('%', '+')) return written.ToString();
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(written.Length)];
        var length = 0;
        for (var i = 0; i < written.Length; i++)
        {
            if (written[i] == '%' && i + 2 < written.Length && char.IsAsciiHexDigit(written[i + 1]) && char.IsAsciiHexDigit(written[i + 2]))
            {
                bytes[length++] = byte.Parse(written.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                i += 2;
            }
            else
            {
                length += Encoding.UTF8.GetBytes(written[i] == '+' ? " " : written.Slice(i, 1), bytes.AsSpan(length));
            }
        }

        if (Utf8.IsValid(bytes.AsSpan(0, length))) return Encoding.UTF8.GetString(bytes, 0, length);
        var kept = written.ToString();
        (undecodable ??= new(StringComparer.Ordinal)).Add(kept);
        return kept;
    }

    private string Encode(string text) => undecodable is not null && undecodable.Contains(text) ? text : Uri.EscapeDataString(text);
}

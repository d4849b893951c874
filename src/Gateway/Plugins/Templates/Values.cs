using System.Globalization;

namespace Sluice.Gateway.Plugins.Templates;

/// <summary>Lua's values as templates know them: null for nil, bool, double, string, <see cref="Table"/>, <see cref="ValueList"/>, <see cref="Function"/>.</summary>
internal static class Values
{
    public static bool IsTrue(object? value) => value is not (null or false);

    public static string Text(object? value) => value switch
    {
        null => "nil",
        true => "true",
        false => "false",
        double number => number.ToString("G14", CultureInfo.InvariantCulture),
        ValueList list => string.Join(", ", list.Items),
        string text => text,
        _ => TypeName(value),
    };

    public static string TypeName(object? value) => value switch
    {
        null => "nil",
        bool => "boolean",
        double => "number",
        string => "string",
        Function => "function",
        _ => "table",
    };

    public static bool TryNumber(object? value, out double number)
    {
        number = 0;
        switch (value)
        {
            case double given:
                number = given;
                return true;
            case string text:
                return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
            default:
                return false;
        }
    }
}

using System.Globalization;

namespace Sluice.Workflows.Nodes.RabbitMq;

/// <summary>Arguments of queues and exchanges.</summary>
internal static class RabbitTopology
{
    /// <summary>The arguments as the server wants them: it takes a number for no number when it is text.</summary>
    public static Dictionary<string, object?> Arguments(RabbitArguments given, Func<Parameter<string>, string> get)
    {
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var pair in given.Argument)
        {
            var value = get(pair.Value);
            arguments[get(pair.Key)] = long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : value is "true" or "false" ? value is "true" : value;
        }

        return arguments;
    }
}

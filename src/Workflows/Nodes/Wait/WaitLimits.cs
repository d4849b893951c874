using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Wait;

/// <summary>A node at which a run may wait until it is called.</summary>
internal interface IWaitsForCall
{
    /// <summary>Whether it does, with its parameters.</summary>
    bool OnCall { get; }
}

/// <summary>How long runs wait, as parameters say it.</summary>
internal static class WaitLimits
{
    /// <summary>Until when a run waits for a call; null for ever.</summary>
    public static DateTimeOffset? Until(NodeContext context, bool isLimited, string type, Parameter<double> amount, Parameter<string> unit, Parameter<JsValue> at) => !isLimited ? null
        : type is "afterTimeInterval" ? context.Time.GetUtcNow() + Span(amount.Get(context, 0), unit.Get(context, 0))
        : Point(context, at, "maxDateAndTime");

    public static TimeSpan Span(double amount, string unit)
    {
        if (!(amount >= 0) || amount > 36_500) throw new NodeException("Invalid wait amount. Please enter a number that is 0 or greater.") { Retryable = false };
        return unit switch
        {
            "seconds" => TimeSpan.FromSeconds(amount),
            "minutes" => TimeSpan.FromMinutes(amount),
            "hours" => TimeSpan.FromHours(amount),
            "days" => TimeSpan.FromDays(amount),
            _ => throw new NodeException("Invalid wait unit. Valid units are 'seconds', 'minutes', 'hours', or 'days'.") { Retryable = false },
        };
    }

    public static DateTimeOffset Point(NodeContext context, Parameter<JsValue> parameter, string name)
    {
        if (DateTexts.TryRead(parameter.Get(context, 0), out var milliseconds, context.TimeZone) && Math.Abs(milliseconds) < 2e14) return DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds);
        throw new NodeException($"Cannot put execution to wait because `{name}` parameter is not a valid date. Please pick a specific date and time to wait until.") { Retryable = false };
    }
}

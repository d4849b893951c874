namespace Sluice.Gateway.Pipeline;

/// <summary>Whose fault an error is.</summary>
public enum Fault { Client, Upstream, Gateway }

/// <summary>
/// A refusal or failure that the gateway answers itself: what, whose fault, and whether the same request may be sent again.
/// Features declare theirs as static values in one file each.
/// </summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">For programs, upper snake case: <c>NO_HEALTHY_ENDPOINTS</c>. Shown where <c>error_format: sluice</c> is set.</param>
/// <param name="Message">For people; Kong's wording where Kong has one.</param>
/// <param name="Fault">Whose fault it is.</param>
/// <param name="RetrySafe">Nothing has reached an upstream, so that the request may be repeated.</param>
/// <param name="TextFirst">Kong makes this error in its nginx layer, where a client without Accept gets plain text instead of JSON.</param>
public sealed record GatewayError(int Status, string Code, string Message, Fault Fault, bool RetrySafe = true, bool TextFirst = false)
{
    /// <summary>The status in Kong's error format, where Kong answers another one; null for <see cref="Status"/>.</summary>
    public int? KongStatus { get; init; }

    /// <summary>The status that is sent for a document in <paramref name="errorFormat"/>.</summary>
    public int StatusIn(string errorFormat) => errorFormat == "sluice" ? Status : KongStatus ?? Status;

    /// <summary>Ready to be returned by a stage.</summary>
    public Answer Answer => field ??= Answer.From(this);
}

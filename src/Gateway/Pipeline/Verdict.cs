namespace Sluice.Gateway.Pipeline;

/// <summary>What a plugin's stage decides: go on, or answer now. The default value goes on.</summary>
public readonly struct Verdict
{
    private Verdict(Answer answer) => Answer = answer;

    /// <summary>The answer to send instead of going on; null to go on.</summary>
    public Answer? Answer { get; }

    /// <summary>Go on with the next plugin.</summary>
    public static ValueTask<Verdict> Continue => default;

    /// <summary>Send <paramref name="answer"/>; later stages up to the forwarding are skipped, <c>Respond</c> and <c>Record</c> still run.</summary>
    public static ValueTask<Verdict> Stop(Answer answer) => new(new Verdict(answer));

    public static implicit operator Verdict(Answer answer) => new(answer);
}

namespace Sluice.Gateway.Pipeline;

/// <summary>A plugin's rules for second tries beside a slow first one. One serves many exchanges at once.</summary>
internal abstract class HedgeRules
{
    /// <summary>The clock of <see cref="Delay"/>.</summary>
    public abstract TimeProvider Time { get; }

    /// <summary>How long the first try runs alone.</summary>
    public abstract TimeSpan Delay { get; }

    /// <summary>Whether a second try may begin now.</summary>
    public abstract bool Allows(Exchange exchange);

    /// <summary>A second try has ended.</summary>
    /// <param name="exchange">Whose.</param>
    /// <param name="won">Its answer is the one that was passed on.</param>
    public abstract void Ended(Exchange exchange, bool won);
}

namespace Sluice.Gateway.Upstreams.Health;

/// <summary>A change of an endpoint's health, of a balancer's, of a circuit breaker's state, or of a plugin that fails.</summary>
/// <param name="At">When.</param>
/// <param name="Kind">What changed.</param>
/// <param name="Owner">The upstream, the service or the plugin, as a person names it.</param>
/// <param name="Address">The endpoint's address; null for the others.</param>
/// <param name="State">The new state: <c>healthy</c>, <c>unhealthy</c>, <c>open</c>, <c>half-open</c>, <c>closed</c>; of a plugin <c>failing</c>, <c>paused</c>, <c>running</c>.</param>
/// <param name="Reason">What brought it about: <c>3 of 3 tcp failures (passive)</c>.</param>
public sealed record HealthEvent(DateTimeOffset At, HealthEventKind Kind, string Owner, string? Address, string State, string Reason);

public enum HealthEventKind { Endpoint, Balancer, Circuit, Plugin }

/// <summary>The last events of the whole gateway, the newest last; a bounded list in memory. Safe from any thread.</summary>
public sealed class HealthEvents
{
    private readonly Lock gate = new();
    private readonly Queue<HealthEvent> events = new();
    private readonly int capacity;

    public HealthEvents(int capacity = 256) => this.capacity = capacity;

    /// <summary>Called for each event, on the thread that brought it about; must be quick.</summary>
    public event Action<HealthEvent>? Added;

    public IReadOnlyList<HealthEvent> Recent
    {
        get
        {
            lock (gate) return [.. events];
        }
    }

    internal void Add(HealthEvent healthEvent)
    {
        lock (gate)
        {
            if (events.Count == capacity) events.Dequeue();
            events.Enqueue(healthEvent);
        }

        Added?.Invoke(healthEvent);
    }
}

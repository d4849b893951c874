using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes.RabbitMq;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Triggers;

/// <summary>
/// Listens to the queues of the triggers of all active workflows. A trigger that a new configuration leaves as it is keeps its connection; its next messages run
/// the new workflow.
/// </summary>
internal sealed class MessageListeners(WorkflowEngine engine, EngineOptions options, Action<WorkflowModel, NodeModel, string> failed) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private Dictionary<(string Workflow, string Node), RabbitListener> _listeners = [];
    private List<Task> _ending = [];
    private bool _started;
    private bool _stopped;

    /// <summary>Makes the triggers of these workflows the ones that are listened to.</summary>
    /// <param name="tenant">Whose a workflow is.</param>
    public void Use(IEnumerable<WorkflowModel> workflows, Func<WorkflowModel, string> tenant)
    {
        lock (_gate)
        {
            if (_stopped) return;
            var listeners = new Dictionary<(string, string), RabbitListener>();
            foreach (var model in workflows)
            {
                foreach (var node in model.Triggers)
                {
                    if (node.Node is not RabbitTriggerNode trigger) continue;
                    var place = new ListenedPlace(model, node, tenant(model), $"{tenant(model)}\n{trigger.Connection?.Name}\n{JsJson.WriteString(node.ParametersAsData)}");
                    if (_listeners.Remove((model.Name, node.Name), out var known) && known.Place.Text == place.Text)
                    {
                        known.Place = place;
                        listeners[(model.Name, node.Name)] = known;
                        continue;
                    }

                    if (known is not null) _ending.Add(known.StopAsync());
                    var listener = listeners[(model.Name, node.Name)] = new RabbitListener(place, engine, options.Services, failed);
                    if (_started) listener.Start();
                }
            }

            _ending.AddRange(_listeners.Values.Select(l => l.StopAsync()));
            _ending.RemoveAll(t => t.IsCompletedSuccessfully);
            _listeners = listeners;
        }
    }

    /// <summary>Begins to listen.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_started || _stopped) return;
            _started = true;
            foreach (var listener in _listeners.Values) listener.Start();
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<Task> ending;
        lock (_gate)
        {
            _stopped = true;
            ending = [.. _ending, .. _listeners.Values.Select(l => l.StopAsync())];
            _listeners = [];
        }

        await Task.WhenAll(ending);
    }
}

/// <summary>A trigger as a configuration has it.</summary>
/// <param name="Text">What makes it the same as before.</param>
internal sealed record ListenedPlace(WorkflowModel Model, NodeModel Node, string Tenant, string Text);

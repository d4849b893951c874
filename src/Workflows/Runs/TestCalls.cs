using System.Security.Cryptography;
using Sluice.Workflows.Definitions;

namespace Sluice.Workflows.Runs;

/// <summary>A call that somebody wants to see a workflow taken by, once.</summary>
/// <param name="Token">What stands in its address.</param>
/// <param name="Run">The id that the run will have.</param>
/// <param name="Until">When it is too late.</param>
public sealed record ExpectedCall(string Token, string Run, WorkflowModel Model, NodeModel Trigger, string Tenant, DateTimeOffset Until);

/// <summary>Test mode of webhooks: the next call of an address made for it runs the workflow as a test, with pinned data. The last hundred, each for two minutes.</summary>
public sealed class TestCalls(TimeProvider time)
{
    private const int Most = 100;

    /// <summary>How long a call is expected.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Lock _lock = new();
    private readonly List<ExpectedCall> _expected = [];

    public ExpectedCall Expect(WorkflowModel model, NodeModel trigger, string tenant)
    {
        var now = time.GetUtcNow();
        var call = new ExpectedCall(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), Guid.CreateVersion7(now).ToString("N"), model, trigger, tenant, now + Patience);
        lock (_lock)
        {
            _expected.RemoveAll(c => c.Until < now);
            if (_expected.Count == Most) _expected.RemoveAt(0);
            _expected.Add(call);
        }

        return call;
    }

    /// <summary>The call that will be this run; null when none is expected.</summary>
    public ExpectedCall? Expects(string run)
    {
        lock (_lock) return _expected.Find(c => string.Equals(c.Run, run, StringComparison.Ordinal) && c.Until >= time.GetUtcNow());
    }

    /// <summary>The call of that address, which is expected still; null when none is.</summary>
    public ExpectedCall? Find(string token)
    {
        lock (_lock) return _expected.Find(c => string.Equals(c.Token, token, StringComparison.Ordinal) && c.Until >= time.GetUtcNow());
    }

    /// <summary>The call of that address, which is expected no more; null when none is.</summary>
    public ExpectedCall? Take(string token)
    {
        lock (_lock)
        {
            var at = _expected.FindIndex(c => string.Equals(c.Token, token, StringComparison.Ordinal));
            if (at < 0) return null;
            var call = _expected[at];
            _expected.RemoveAt(at);
            return call.Until >= time.GetUtcNow() ? call : null;
        }
    }
}

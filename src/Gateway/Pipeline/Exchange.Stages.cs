namespace Sluice.Gateway.Pipeline;

public sealed partial class Exchange
{
    /// <summary>An endpoint was chosen: the plugins' last look at what is sent.</summary>
    internal void RunBeforeUpstream()
    {
        Trace?.BeginTry(this);
        foreach (var plugin in Plan.BeforeUpstream) plugin.BeforeUpstream(this);
    }

    /// <summary>The upstream's head has been read into <see cref="Response"/>.</summary>
    internal void RunUpstreamAnswered()
    {
        foreach (var plugin in Plan.UpstreamAnswered) plugin.UpstreamAnswered(this);
    }

    /// <summary>No endpoint answered, and <paramref name="answer"/> says so to the client, unless a plugin has something better.</summary>
    internal Answer RunUpstreamFailed(Answer answer)
    {
        foreach (var plugin in Plan.UpstreamFailed)
            if (plugin.UpstreamFailed(this, answer.Error!) is { } better) return better;
        return answer;
    }

    /// <summary>The response's head is about to be sent: plugins, then the gateway's own fields.</summary>
    internal void RunRespond()
    {
        foreach (var plugin in Plan.Respond) plugin.Respond(this);
        GatewayHeaders.Apply(this);
        Timings.Responded = System.Diagnostics.Stopwatch.GetTimestamp();
    }

    /// <summary>
    /// The stages before the upstream, in order. Completes synchronously when every plugin does.
    /// </summary>
    internal ValueTask<Verdict> RunRequestStages()
    {
        for (var stage = RequestStage.Accept; stage <= RequestStage.Rewrite; stage++)
        {
            // The plan may change when the caller becomes known, so it is looked at again for each stage.
            var plugins = Plan.ForStage(stage);
            for (var i = 0; i < plugins.Length; i++)
            {
                var pending = Invoke(plugins[i], stage);
                if (!pending.IsCompletedSuccessfully) return ContinueRequestStages(pending, stage, plugins, i);
                var verdict = pending.Result;
                if (verdict.Answer is not null) return new(verdict);
            }
        }

        return default;
    }

    private async ValueTask<Verdict> ContinueRequestStages(ValueTask<Verdict> pending, RequestStage stage, Plugin[] plugins, int index)
    {
        while (true)
        {
            var verdict = await pending;
            if (verdict.Answer is not null) return verdict;
            index++;
            while (index == plugins.Length)
            {
                if (++stage > RequestStage.Rewrite) return default;
                plugins = Plan.ForStage(stage);
                index = 0;
            }

            pending = Invoke(plugins[index], stage);
        }
    }

    /// <summary>One plugin's verdict at one stage, by itself.</summary>
    internal ValueTask<Verdict> Ask(Plugin plugin, RequestStage stage) => Invoke(plugin, stage);

    private ValueTask<Verdict> Invoke(Plugin plugin, RequestStage stage) => stage switch
    {
        RequestStage.Accept => plugin.AcceptAsync(this),
        RequestStage.Authenticate => plugin.AuthenticateAsync(this),
        RequestStage.Authorize => plugin.AuthorizeAsync(this),
        RequestStage.Limit => plugin.LimitAsync(this),
        _ => plugin.RewriteAsync(this),
    };
}

/// <summary>The stages of a request that may answer it, in order.</summary>
internal enum RequestStage { Accept, Authenticate, Authorize, Limit, Rewrite }

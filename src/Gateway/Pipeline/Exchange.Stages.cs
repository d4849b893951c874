namespace Sluice.Gateway.Pipeline;

public sealed partial class Exchange
{
    /// <summary>The plugin whose stage runs or is waited for: who is to blame when something goes wrong. Null between stages.</summary>
    internal Plugin? Running { get; private set; }

    /// <summary>A plugin was given up on and may still run: this object must not serve another request.</summary>
    internal bool IsAbandoned { get; private set; }

    /// <summary>Nothing of a plugin runs any more.</summary>
    internal void LeavePlugin()
    {
        Running = null;
        if (Loop is { } loop) loop.Running = null;
    }

    private void EnterPlugin(Plugin plugin)
    {
        Running = plugin;
        if (Loop is { } loop) loop.Running = plugin;
    }

    /// <summary>An endpoint was chosen: the plugins' last look at what is sent.</summary>
    internal void RunBeforeUpstream()
    {
        Trace?.BeginTry(this);
        foreach (var plugin in Plan.BeforeUpstream)
        {
            EnterPlugin(plugin);
            plugin.BeforeUpstream(this);
        }

        if (Running is not null) LeavePlugin();
    }

    /// <summary>The upstream's head has been read into <see cref="Response"/>.</summary>
    internal void RunUpstreamAnswered()
    {
        foreach (var plugin in Plan.UpstreamAnswered)
        {
            EnterPlugin(plugin);
            plugin.UpstreamAnswered(this);
        }

        if (Running is not null) LeavePlugin();
    }

    /// <summary>No endpoint answered, and <paramref name="answer"/> says so to the client, unless a plugin has something better.</summary>
    internal Answer RunUpstreamFailed(Answer answer)
    {
        foreach (var plugin in Plan.UpstreamFailed)
        {
            EnterPlugin(plugin);
            var better = plugin.UpstreamFailed(this, answer.Error!);
            LeavePlugin();
            if (better is not null) return better;
        }

        return answer;
    }

    /// <summary>The response's head is about to be sent: plugins, then the gateway's own fields.</summary>
    internal void RunRespond()
    {
        foreach (var plugin in Plan.Respond)
        {
            EnterPlugin(plugin);
            plugin.Respond(this);
        }

        if (Running is not null) LeavePlugin();
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
                if (verdict.Answer is null) continue;
                LeavePlugin();
                return new(verdict);
            }
        }

        if (Running is not null) LeavePlugin();
        return default;
    }

    private async ValueTask<Verdict> ContinueRequestStages(ValueTask<Verdict> pending, RequestStage stage, Plugin[] plugins, int index)
    {
        while (true)
        {
            var verdict = pending.IsCompletedSuccessfully ? pending.Result : await FinishedAsync(pending, plugins[index]);
            if (verdict.Answer is not null)
            {
                LeavePlugin();
                return verdict;
            }

            index++;
            while (index == plugins.Length)
            {
                if (++stage > RequestStage.Rewrite)
                {
                    LeavePlugin();
                    return default;
                }

                plugins = Plan.ForStage(stage);
                index = 0;
            }

            pending = Invoke(plugins[index], stage);
        }
    }

    /// <summary>Waits for a stage off the loop, and comes back to it. A plugin from the plugin folder that takes too long is given up on.</summary>
    private async ValueTask<Verdict> FinishedAsync(ValueTask<Verdict> pending, Plugin plugin)
    {
        // Others run on the loop meanwhile.
        if (Loop is { } loop) loop.Running = null;
        try
        {
            if (plugin.StageLimit is not { } limit) return await pending;
            var finishing = pending.AsTask();
            try
            {
                return await finishing.WaitAsync(limit);
            }
            catch (TimeoutException) when (!finishing.IsCompleted)
            {
                IsAbandoned = true;
                throw new PluginTimeoutException(limit);
            }
        }
        finally
        {
            if (Loop is { } home) await home.SwitchTo();
        }
    }

    /// <summary>One plugin's verdict at one stage, by itself.</summary>
    internal ValueTask<Verdict> Ask(Plugin plugin, RequestStage stage) => Invoke(plugin, stage);

    private ValueTask<Verdict> Invoke(Plugin plugin, RequestStage stage)
    {
        if (plugin.Failures is { IsPaused: true }) return Verdict.Stop(GatewayErrors.Unexpected.Answer);
        EnterPlugin(plugin);
        return stage switch
        {
            RequestStage.Accept => plugin.AcceptAsync(this),
            RequestStage.Authenticate => plugin.AuthenticateAsync(this),
            RequestStage.Authorize => plugin.AuthorizeAsync(this),
            RequestStage.Limit => plugin.LimitAsync(this),
            _ => plugin.RewriteAsync(this),
        };
    }
}

/// <summary>The stages of a request that may answer it, in order.</summary>
internal enum RequestStage { Accept, Authenticate, Authorize, Limit, Rewrite }

namespace Sluice.Gateway.Plugins.HttpCache;

/// <summary>A request on its way upstream whose response others wait for.</summary>
internal sealed class Fill(string key)
{
    private readonly TaskCompletionSource<bool> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Key { get; } = key;

    /// <summary>Ends with whether it is worth looking, or waiting for another, again: false for a response that may not be stored.</summary>
    public Task<bool> Ended => ended.Task;

    public void End(bool lookAgain) => ended.TrySetResult(lookAgain);
}

using System.Diagnostics;
using System.Text;

namespace Sluice.Tests.Servers;

/// <summary>A server's process with what it prints, which has to be read lest the server stops, and is told when it does not start.</summary>
public static class ServerOutput
{
    private const int Most = 100_000;

    /// <summary>Starts <paramref name="start"/> and waits until <paramref name="serves"/>.</summary>
    /// <exception cref="InvalidOperationException">It ended, or did not serve within a minute.</exception>
    public static async Task<Process> StartAsync(ProcessStartInfo start, Func<Task<bool>> serves)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.UseShellExecute = false;
        var process = Process.Start(start)!;
        var said = new StringBuilder();
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        for (var attempt = 0; !await serves(); attempt++)
        {
            if (process.HasExited || attempt == 600)
            {
                process.Kill();
                process.Dispose();
                throw new InvalidOperationException($"{start.FileName} did not start: {said}");
            }

            await Task.Delay(100);
        }

        return process;

        void Keep(string? line)
        {
            lock (said)
                if (said.Length < Most) said.AppendLine(line);
        }
    }
}

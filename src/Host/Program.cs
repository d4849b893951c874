using Sluice.Host.Commands;

// Before anything else is loaded: a worker is a process of its own, and as small as can be.
if (args is ["code-worker", .. var rest]) return Sluice.Workflows.Sandbox.CodeWorker.Run(rest);

return await SluiceCommand.RunAsync(args);

using Sluice.Host.Commands;

return await SluiceCommand.RunAsync(args);

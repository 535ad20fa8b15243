using Hub.Host.CommandLine;

return await HubCommand.RunAsync(args);

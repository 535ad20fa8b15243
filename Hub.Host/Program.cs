using Hub.Host.CommandLine;

Hub.Core.Services.PatternTime.Bound();
return await HubCommand.RunAsync(args);

using Hub.Host.CommandLine;

Hub.Host.Composition.Stores.SqlServerGlobalization.Choose(args);
Hub.Core.Services.PatternTime.Bound();
return await HubCommand.RunAsync(args);

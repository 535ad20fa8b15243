using System.CommandLine;
using System.CommandLine.Help;

namespace Hub.Host.CommandLine;

/// <summary>The command line: <c>hub</c> with one file per command.</summary>
internal static class HubCommand
{
    /// <summary>How long a command may go on after SIGTERM or Ctrl+C: draining takes up to 30 s.</summary>
    private static readonly TimeSpan TerminationTimeout = TimeSpan.FromSeconds(40);

    /// <summary>One line per command: <c>internal static class XCommand { internal static Command Create() }</c>.</summary>
    private static readonly IReadOnlyList<Func<Command>> Factories =
    [
        DemoCommand.Create,
        ServeCommand.Create,
        ImportCommand.Create,
        RegistryCommand.Create,
        ProposalsCommand.Create,
        RightCommand.Create,
        ResolveCommand.Create,
        KeyCommand.Create,
        OnboardCommand.Create,
        MessagesCommand.Create,
        ShowCommand.Create,
        CancelCommand.Create,
        DeadLettersCommand.Create,
        ReplayCommand.Create,
        EraseCommand.Create,
        StatusCommand.Create,
        HealthCommand.Create,
        NodesCommand.Create,
        TokenCommand.Create,
        ReceiptCommand.Create,
        LogCommand.Create,
        Stores.StoreCommand.Create,
        Backups.BackupCommand.Create,
        Backups.VerifyCommand.Create,
        Backups.RestoreCommand.Create,
        Backups.ErasuresCommand.Create,
        DevPkiCommand.Create,
        ReceiveCommand.Create,
        SendCommand.Create,
        RequestCommand.Create,
        ServiceCommand.Create,
        SealCommand.Create,
        UnsealCommand.Create,
    ];

    internal static RootCommand Create()
    {
        var root = new RootCommand("""
            Hub: the interoperability bus of an e-government. It carries signed documents between agencies and proves every step.
            Trục liên thông văn bản, dữ liệu có ký số giữa các cơ quan nhà nước; mọi bước đều chứng minh được.
            """);
        root.Options.Add(SharedOptions.Data);
        root.Options.Add(SharedOptions.Json);
        StoreOptions.AddTo(root);
        foreach (var create in Factories) root.Subcommands.Add(create());
        foreach (var help in root.Options.OfType<HelpOption>()) help.Action = new TeachingHelp((HelpAction)help.Action!);
        return root;
    }

    /// <summary>Parses and runs a command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Where results and errors go; null for stdout and stderr.</param>
    internal static async Task<int> RunAsync(string[] args, TextWriter? output = null)
    {
        var parsed = Create().Parse(args);
        var usageError = parsed.Errors.Count > 0 && parsed.Action is not TeachingHelp;
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TerminationTimeout };
        if (output is not null) (configuration.Output, configuration.Error) = (output, output);
        // stdout belongs to results: the help that follows a mistake is none.
        if (usageError) configuration.Output = configuration.Error;
        var code = await parsed.InvokeAsync(configuration);
        return usageError ? ExitCode.Usage : code;
    }
}

using System.CommandLine;
using Hub.Host.CommandLine;

namespace Hub.Tests.Host;

[TestFixture]
public sealed class HubCommandTests
{
    [TestCase("serve --listen nonsense")]
    [TestCase("serve --address nonsense")]
    [TestCase("import")]
    [TestCase("import a.yaml --export")]
    [TestCase("replay")]
    [TestCase("replay 1 --all")]
    [TestCase("replay x")]
    [TestCase("erase abc")]
    [TestCase("token --scope root --name x")]
    [TestCase("receipt verify x")]
    [TestCase("log verify --url ftp://x")]
    [TestCase("frobnicate")]
    public async Task Run_WrongUsage_IsTwo(string arguments) =>
        Assert.That(await HubCommand.RunAsync(arguments.Split(' '), TextWriter.Null), Is.EqualTo(ExitCode.Usage));

    [Test]
    public async Task Run_NoHubThere_IsThree() =>
        Assert.That(await HubCommand.RunAsync(["status", "--data", Path.Combine(Path.GetTempPath(), Path.GetRandomFileName())], TextWriter.Null), Is.EqualTo(ExitCode.Unavailable));

    [Test]
    public void Help_EveryCommand_TeachesWithExamples()
    {
        foreach (var command in Leaves(HubCommand.Create()))
        {
            using var output = new StringWriter();
            var path = string.Join(' ', Words(command));
            HubCommand.Create().Parse($"{path} --help").Invoke(new InvocationConfiguration { Output = output });
            Assert.That(output.ToString(), Does.Contain("Examples").And.Contain($"hub {path}"), path);
        }
    }

    [Test]
    public void Help_OfTheRoot_ListsExitCodes()
    {
        using var output = new StringWriter();
        HubCommand.Create().Parse("--help").Invoke(new InvocationConfiguration { Output = output });
        Assert.That(output.ToString(), Does.Contain("Exit codes"));
    }

    private static IEnumerable<Command> Leaves(Command command) =>
        command.Subcommands.Count == 0 ? [command] : command.Subcommands.SelectMany(Leaves);

    private static IEnumerable<string> Words(Command command) => command.Parents.OfType<Command>().SingleOrDefault() is { } parent and not RootCommand
        ? [.. Words(parent), command.Name]
        : [command.Name];
}

using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Host.Demo.Documents;

namespace Hub.Host.Demo;

/// <summary>The documents of the demonstration, down and up the four levels.</summary>
internal sealed class DemoStory(DemoPost post, DemoWorld world)
{
    /// <summary>The group that one document goes to.</summary>
    public const string Group = "group:communes-dat-do";

    private readonly List<DemoMessage> _messages = [];

    /// <summary>What was sent, in order.</summary>
    public IReadOnlyList<DemoMessage> Messages => _messages;

    /// <summary>The message whose recipient is down at first.</summary>
    public DemoMessage Retried => _messages.Single(message => message.Expected.Any(to => to.System == DemoWorld.Unsteady));

    /// <summary>The message to a group.</summary>
    public DemoMessage Grouped { get; private set; } = null!;

    /// <summary>Sends everything; returns when the hub has accepted all and the receiver that was down is back.</summary>
    /// <param name="told">Is told each message when it is accepted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task TellAsync(Action<DemoMessage> told, CancellationToken cancellationToken)
    {
        var asked = await SendAsync(new("Ministry to province, which pulls", DocumentKind.Letter, "G22/qlvb", ["H06"], EnvelopeEncoding.Xml, Systems("H06/qlvb")) { Archived = true });
        await SendAsync(new("Province to city, which is pushed to; large annex", DocumentKind.Decision, "H06/qlvb", ["H06.40"], EnvelopeEncoding.Xml, Systems("H06.40/qlvb")) { Archived = true, LargeAnnex = true });
        var retried = await SendAsync(new("Province to city, whose receiver is down twice", DocumentKind.Invitation, "H06/qlvb", ["H06.41"], EnvelopeEncoding.Json, [DemoWorld.Unsteady]));
        var back = world.Receiver.ComeBackAsync(world[retried.From].Client, retried.Sent.Key, cancellationToken);
        await SendAsync(new("Province to district, which refuses", DocumentKind.Letter, "H06/qlvb", ["H06.43"], EnvelopeEncoding.Json, [DemoWorld.Refusing]) { Refused = true });
        await SendAsync(new("Department to district, which pulls", DocumentKind.Notice, "H06.09/qlvb", ["H06.42"], EnvelopeEncoding.Json, Systems("H06.42/qlvb")));
        Grouped = await SendAsync(new("District to its group of communes", DocumentKind.Plan, "H06.44/qlvb", [Group], EnvelopeEncoding.Json, Communes()));
        await SendAsync(new("Commune up to district", DocumentKind.Report, "H06.44.03/qlvb", ["H06.44"], EnvelopeEncoding.Xml, Systems("H06.44/qlvb")));
        await SendAsync(new("District up to province", DocumentKind.Report, "H06.44/qlvb", ["H06"], EnvelopeEncoding.Json, Systems("H06/qlvb")) { Archived = true });
        await SendAsync(new("Province up to ministry, in reply", DocumentKind.Letter, "H06/qlvb", ["G22"], EnvelopeEncoding.Xml, Systems("G22/qlvb")) { Archived = true, Answers = asked });
        await back;

        async Task<DemoMessage> SendAsync(DemoLetter letter)
        {
            var message = await post.SendAsync(letter, cancellationToken);
            _messages.Add(message);
            told(message);
            return message;
        }
    }

    private static IReadOnlyList<SystemAddress> Systems(params string[] systems) => [.. systems.Select(SystemAddress.Parse)];

    private SystemAddress[] Communes() =>
        [.. world.Programs.Select(static program => program.Self).Where(static self => self.Agency.Value.StartsWith("H06.44.", StringComparison.Ordinal)).OrderBy(static self => self.Agency.Value, StringComparer.Ordinal)];
}

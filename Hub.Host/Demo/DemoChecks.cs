using System.Text.Json;
using Hub.Contracts.Trail;
using Hub.Host.Demo.Processes;

namespace Hub.Host.Demo;

/// <summary>What a demonstration found besides the messages themselves.</summary>
/// <param name="Entries">The trail of the retried message.</param>
/// <param name="Forgeries">The attempts to cheat.</param>
/// <param name="ReceiptCommand"><c>hub receipt verify</c> of one receipt.</param>
/// <param name="LogCommand"><c>hub log verify</c>.</param>
internal sealed record DemoFindings(
    IReadOnlyList<JsonElement> Entries, IReadOnlyList<DemoForgery> Forgeries, CommandOutcome ReceiptCommand, CommandOutcome LogCommand);

/// <summary>Judges the outcome: every expectation, held or not.</summary>
internal sealed class DemoChecks(DemoWorld world, DemoStory story, DemoObserver observer, NoteVerifier logKey)
{
    public IReadOnlyList<DemoCheck> Judge(DemoFindings findings) =>
    [
        .. story.Messages.Select(Arrived),
        .. story.Messages.Select(Answered),
        Refused(),
        Retried(findings.Entries),
        FannedOut(),
        Uploaded(),
        ReceiptsVerify(),
        ForgedReceiptFails(),
        .. findings.Forgeries.Select(static forgery => new DemoCheck($"Refused: {forgery.What}", forgery.Refused, forgery.Code ?? "accepted!")),
        Command("A receipt verifies offline with the command line", findings.ReceiptCommand),
        Command("The whole log verifies", findings.LogCommand),
        NoFaults(),
    ];

    private DemoCheck Arrived(DemoMessage message)
    {
        var withProgram = message.Expected.Where(recipient => world.Programs.Any(program => program.Self == recipient.System)).ToList();
        var equal = withProgram.Count(recipient => observer.Received(message, recipient)?.Sha256 == message.Sha256);
        return new DemoCheck($"{message.Title}: the same bytes arrived", equal == withProgram.Count, $"{equal} of {withProgram.Count}");
    }

    private DemoCheck Answered(DemoMessage message)
    {
        var wrong = message.Expected.Where(recipient =>
            !observer.Answers(message, recipient).Select(static answer => answer.Answer.Status).SequenceEqual(recipient.Statuses)).ToList();
        var seen = message.Expected.Select(recipient => $"{recipient.System}: {string.Join(", ", observer.Answers(message, recipient).Select(static answer => answer.Answer.Status))}");
        return new DemoCheck($"{message.Title}: the answers came back", wrong.Count == 0, string.Join("; ", wrong.Count == 0 ? seen.Take(1) : seen));
    }

    private DemoCheck Refused()
    {
        var message = story.Messages.Single(static message => message.Expected.Any(static recipient => recipient.Refused));
        var answer = observer.Answers(message, message.Expected[0]) is [var first, ..] ? first.Answer : null;
        var delivery = observer.Delivery(message, message.Expected[0]);
        return new DemoCheck(
            "The refusal reached the sender with its reason, signed by the recipient",
            answer?.Reason == DemoWorld.RefusalReason && delivery is { Outcome: "refused", AssertedBy: "recipient" }, answer?.Reason ?? "no answer");
    }

    private DemoCheck Retried(IReadOnlyList<JsonElement> entries)
    {
        var failures = entries.Count(static entry => entry.GetProperty("kind").GetString() == EntryKinds.DeliveryAttemptFailed);
        var delivery = observer.Delivery(story.Retried, story.Retried.Expected[0]);
        return new DemoCheck(
            "The receiver that was down twice got it afterwards, and the trail tells it",
            failures >= 2 && delivery?.Attempts == failures + 1, $"{failures} failures, {delivery?.Attempts} attempts");
    }

    private DemoCheck FannedOut()
    {
        var why = observer.Deliveries(story.Grouped).Count(static delivery => delivery.Why == $"{DemoStory.Group}@1");
        var ways = story.Grouped.Expected.Select(recipient => observer.Received(story.Grouped, recipient)?.Way).ToList();
        return new DemoCheck(
            "The group's document became one delivery for each commune, some pulled and some pushed",
            why == story.Grouped.Expected.Count && ways.Contains("pull") && ways.Contains("push"), $"{why} deliveries");
    }

    private DemoCheck Uploaded()
    {
        var large = story.Messages.Single(static message => message.Uploaded > 0);
        var attachment = observer.Received(large, large.Expected[0])?.Attachments.SingleOrDefault(static attachment => attachment.Inline is null);
        return new DemoCheck("The large annex went by upload and arrived with its digest", attachment is not null, attachment is null ? "" : $"{attachment.Size:N0} bytes");
    }

    private DemoCheck ReceiptsVerify()
    {
        var valid = story.Messages.Count(message => message.Sent.Receipt.Verify(logKey, message.Octets.ToArray()).Valid);
        return new DemoCheck("Every receipt verifies with the log's key", valid == story.Messages.Count, $"{valid} of {story.Messages.Count}");
    }

    private DemoCheck ForgedReceiptFails()
    {
        var receipt = story.Messages[0].Sent.Receipt;
        var body = receipt.Body.ToArray();
        body[^3] ^= 1;
        var verdict = (receipt with { Body = body }).Verify(logKey);
        return new DemoCheck("A receipt altered in one bit does not verify", !verdict.Valid, string.Join("; ", verdict.Failures));
    }

    private static DemoCheck Command(string what, CommandOutcome outcome) => new(
        what, outcome.ExitCode == 0, outcome.ExitCode == 0 ? outcome.Output.Trim().Split('\n')[0] : $"exit {outcome.ExitCode}: {outcome.Error.Trim()} {outcome.Output.Trim()}");

    private DemoCheck NoFaults()
    {
        var faults = world.Programs.SelectMany(static program => program.Faults.Select(fault => $"{program.Self}: {fault}")).ToList();
        return new DemoCheck("No agency's program met a fault", faults.Count == 0, string.Join("; ", faults.Take(3)));
    }
}

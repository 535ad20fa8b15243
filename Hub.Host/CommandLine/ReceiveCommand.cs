using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Host.AgencyClient;

namespace Hub.Host.CommandLine;

/// <summary><c>hub receive</c>: takes what waits in a system's mailbox, keeps it and answers.</summary>
internal static class ReceiveCommand
{
    private static readonly AgencyOptions Agency = new("--system");

    private static readonly Option<string> Out = new("--out")
    {
        Description = "Folder for received messages, one sub-folder each (thư mục lưu).", HelpName = "DIR", DefaultValueFactory = static _ => "./inbox",
    };

    private static readonly Option<int> Max = new("--max") { Description = "At most so many, 1 to 100.", HelpName = "N", DefaultValueFactory = static _ => 10 };

    private static readonly Option<int> Wait = new("--wait") { Description = "Wait so many seconds for a message, 0 to 60.", HelpName = "S" };

    private static readonly Option<string> Ack = new("--ack")
    {
        Description = "signed: a hub.ack.v1 signed with your key; auto: that, but a plain one for hub.* messages; plain: unsigned; refuse: a signed refusal; none: keep the claim until it ends.",
        DefaultValueFactory = static _ => "auto",
    };

    private static readonly Option<string?> Status = new("--status")
    {
        Description = "Business status of the answer, e.g. 01 arrived, 03 registered (trạng thái).", HelpName = "CODE",
    };

    private static readonly Option<string?> Reason = new("--reason") { Description = "Why, with --ack refuse (lý do).", HelpName = "TEXT" };

    private static readonly Option<string?> StatementKey = new("--statement-key")
    {
        Description = "The hub's statement key, PEM: every delivery statement is verified with it.", HelpName = "FILE",
    };

    private static readonly Option<string[]> UnsealKey = new("--unseal-key")
    {
        Description = "Your private encryption key, FILE or ID=FILE: sealed content is opened into the folder 'plain' of the message; what does not open is given back; repeatable (khóa giải mã).",
        HelpName = "FILE",
    };

    internal static Command Create()
    {
        Max.Validators.Add(static result => RequireRange(result, 1, 100));
        Wait.Validators.Add(static result => RequireRange(result, 0, 60));
        Ack.AcceptOnlyFromAmong("auto", "signed", "plain", "refuse", "none");
        var command = new Command("receive", "Take messages from a system's mailbox, keep them and answer (nhận thông điệp).");
        Agency.AddTo(command);
        foreach (var option in (Option[])[Out, Max, Wait, Ack, Status, Reason, StatementKey, UnsealKey]) command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) => AgencyErrors.RunAsync(parsed, () => RunAsync(parsed, cancellationToken)));
        return command.WithExamples("""
            hub receive --url https://hub.example --system H06.42/qlvb --key H06.42_qlvb.key.pem --out ./inbox --wait 30
            hub receive --url https://hub.example --system H06.42/qlvb --key H06.42_qlvb.key.pem --unseal-key e1=H06.42_qlvb.enc.key.pem
            hub receive --url https://hub.example --system H06.42/qlvb --key H06.42_qlvb.key.pem --ack refuse --status 02 --reason "Gửi nhầm nơi nhận"
            """);
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(Ack) == "refuse" && string.IsNullOrWhiteSpace(parsed.GetValue(Reason)))
            throw new FormatException("--ack refuse needs --reason.");
        CheckAnswer(parsed);
        var inbox = new InboxFolder(parsed.GetValue(Out)!);
        inbox.RequireWritable();
        var keys = (parsed.GetValue(UnsealKey) ?? []).Select(static text => NamedKeyFile.Parse(text)).ToList();
        using var client = Agency.Connect(parsed);
        var opening = keys.Count == 0 ? null : new MessageOpening(client.Self, [.. keys.Select(key => (key with { Owner = client.Self }).Private())]);
        var answering = new MailboxAnswering(
            Enum.Parse<AnswerMode>(parsed.GetValue(Ack)!, ignoreCase: true), parsed.GetValue(Status), parsed.GetValue(Reason));
        var receiver = new MailboxReceiver(client, inbox, parsed.GetValue(StatementKey) is { } file ? HubPublicKey.Read(file) : null, answering) { Opening = opening };
        var received = await receiver.ReceiveAsync(parsed.GetValue(Max), TimeSpan.FromSeconds(parsed.GetValue(Wait)), cancellationToken);
        Report(parsed, received);
        return received.Any(static item => item.Problem is not null) ? ExitCode.Refused : ExitCode.Ok;
    }

    /// <summary>Refuses before anything is claimed what the hub would refuse at the answer.</summary>
    private static void CheckAnswer(ParseResult parsed)
    {
        var outcome = parsed.GetValue(Ack) == "refuse" ? AcknowledgementOutcome.Refused : AcknowledgementOutcome.Accepted;
        try
        {
            AcknowledgementPolicy.Check(outcome, parsed.GetValue(Status), parsed.GetValue(Reason));
        }
        catch (ProblemException wrong)
        {
            throw new FormatException($"--ack, --status, --reason: {wrong.Problem.Detail} Nothing was claimed.", wrong);
        }
    }

    private static void RequireRange(OptionResult result, int least, int most)
    {
        if (result.GetValueOrDefault<int>() is var value && (value < least || value > most))
            result.AddError($"{result.Option.Name} is {least} to {most}.");
    }

    private static void Report(ParseResult parsed, IReadOnlyList<ReceivedMessage> received)
    {
        var output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(SharedOptions.Json))
        {
            output.WriteLine(JsonSerializer.Serialize(new
            {
                received = received.Select(static item => new
                {
                    message = item.Claim.Message.Value, from = item.Claim.From.ToString(), type = item.Claim.Type.Value,
                    folder = item.Folder, plain = item.Plain, answered = item.Answered, problem = item.Problem,
                }),
            }));
            return;
        }

        if (received.Count == 0) output.WriteLine("Nothing waits (không có thông điệp chờ).");
        foreach (var item in received)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{item.Claim.Type} from {item.Claim.From}, {item.Claim.Size} bytes, attempt {item.Claim.Attempt}: {item.Claim.Message}"));
            if (item.Envelope?.Subject is { } subject) output.WriteLine($"  {subject}");
            if (item.Folder is not null) output.WriteLine($"  kept in {item.Folder}");
            if (item.Plain is not null) output.WriteLine($"  opened into {item.Plain}");
            output.WriteLine(item.Problem is null ? $"  answered: {item.Answered}" : $"  NOT taken, given back to the hub: {item.Problem}");
        }
    }
}

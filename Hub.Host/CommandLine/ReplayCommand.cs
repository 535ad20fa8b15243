using System.CommandLine;
using System.Globalization;
using Hub.Contracts.Problems;
using Hub.Host.AgencyClient;

namespace Hub.Host.CommandLine;

/// <summary><c>hub replay</c>: sets dead deliveries going again.</summary>
internal static class ReplayCommand
{
    private static readonly Argument<long?> Id = new("DELIVERY") { Description = "Number of the delivery, see 'hub dead-letters'.", Arity = ArgumentArity.ZeroOrOne };

    private static readonly Option<bool> All = new("--all") { Description = "Every dead delivery (tất cả)." };

    private static readonly Option<string?> Recipient = new("--recipient") { Description = "With --all: only of this system.", HelpName = "ADDRESS" };

    internal static Command Create()
    {
        var person = new PersonOptions();
        var command = new Command("replay", "Set dead deliveries going again (chuyển lại).") { Id, All, Recipient };
        command.Validators.Add(static result =>
        {
            if (result.GetResult(Id) is { Tokens.Count: > 0 } == result.GetValue(All)) result.AddError("Give either DELIVERY, or --all.");
        });
        person.AddTo(command);
        command.Subcommands.Add(ReplayRunCommand.Preview());
        command.Subcommands.Add(ReplayRunCommand.Run());
        command.Subcommands.Add(ReplayRunCommand.List());
        command.SetAction((parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, person, hub => ReplayAsync(parsed, hub, cancellationToken), cancellationToken));
        return command.WithExamples("""
            hub replay 17
            hub replay --all --recipient H06.40/qlvb
            hub replay preview --group H06.40/qlvb:recipient-failed
            hub replay run 01JD… --start
            """);
    }

    private static async Task<int> ReplayAsync(ParseResult parsed, OperatorConnection hub, CancellationToken cancellationToken)
    {
        List<long> ids = parsed.GetValue(Id) is { } one
            ? [one]
            : [.. (await DeadLettersCommand.AllAsync(hub, parsed.GetValue(Recipient), cancellationToken)).Select(static d => d.GetProperty("id").GetInt64())];
        List<long> replayed = [];
        await LongWork.RunAsync("Replaying", async report =>
        {
            for (var i = 0; i < ids.Count; i++)
            {
                try
                {
                    await hub.PostAsync($"/api/v1/operator/deliveries/{ids[i].ToString(CultureInfo.InvariantCulture)}/replay", null, cancellationToken);
                    replayed.Add(ids[i]);
                }
                catch (HubRefusalException refused) when (parsed.GetValue(All) && IsPassedOver(refused.Refusal.Code))
                {
                    // It stays as it is; the others are wanted all the same.
                }

                report((i + 1.0) / ids.Count);
            }

            return replayed.Count;
        });
        var output = new Output(parsed);
        if (output.IsJson) output.Json(new { replayed });
        else output.Line($"{replayed.Count} set going again. Đã chuyển lại {replayed.Count} lượt.");
        return ExitCode.Ok;
    }

    private static bool IsPassedOver(string code) =>
        code == ProblemCode.Expired.Code || code == ProblemCode.ContentErased.Code || code == ProblemCode.DeliveryNotDead.Code;
}

using System.CommandLine;

namespace Hub.Host.CommandLine;

/// <summary><c>hub token</c>: a token for an operator or auditor.</summary>
internal static class TokenCommand
{
    private static readonly Option<string[]> Scope = new("--scope")
    {
        Description = "operator or auditor; add content to let it read contents with a reason (quyền).",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
        HelpName = "SCOPE",
    };

    private static readonly Option<string> Name = new("--name") { Description = "Who uses it; stands in the log (người dùng).", Required = true, HelpName = "NAME" };

    private static readonly Option<int> Minutes = new("--minutes") { Description = "How long it lives, at most 480.", DefaultValueFactory = static _ => 60, HelpName = "N" };

    private static readonly Option<string?> Under = new("--under") { Description = "Only within the subtree of this agency (chỉ trong phạm vi cơ quan này).", HelpName = "AGENCY" };

    internal static Command Create()
    {
        Scope.AcceptOnlyFromAmong("operator", "auditor", "content");
        var command = new Command("token", "Issue an access token for an operator or auditor; the grant is logged (cấp token).") { Scope, Name, Minutes, Under };
        command.SetAction(static (parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, hub => IssueAsync(parsed, hub, cancellationToken), cancellationToken));
        return command.WithExamples("""
            hub token --scope operator --name truc-ban
            hub token --scope auditor content --name kiem-toan --minutes 30
            hub token --scope operator --name so-noi-vu --under H29.12
            """);
    }

    private static async Task<int> IssueAsync(ParseResult parsed, OperatorConnection hub, CancellationToken cancellationToken)
    {
        var answer = await hub.PostAsync(
            "/api/v1/operator/tokens",
            new { scope = string.Join(' ', parsed.GetValue(Scope)!), name = parsed.GetValue(Name), minutes = parsed.GetValue(Minutes), under = parsed.GetValue(Under) },
            cancellationToken);
        var output = new Output(parsed);
        if (output.IsJson) output.Json(answer);
        else output.Line(Output.Text(answer, "access_token"));
        return ExitCode.Ok;
    }
}

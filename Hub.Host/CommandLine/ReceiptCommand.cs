using System.CommandLine;
using System.Text.Json.Nodes;
using Hub.Contracts.Trail;

namespace Hub.Host.CommandLine;

/// <summary><c>hub receipt verify</c>: verifies a receipt offline.</summary>
internal static class ReceiptCommand
{
    private static readonly Argument<string> File = new("FILE") { Description = "The receipt (tệp biên nhận)." };

    private static readonly Option<string> LogKey = new("--log-key") { Description = "The log's key: a file or the vkey itself, got on a way you trust (khóa nhật ký).", Required = true, HelpName = "FILE|VKEY" };

    private static readonly Option<string?> Envelope = new("--envelope") { Description = "The envelope that was sent; its digest is checked too (gói tin đã gửi).", HelpName = "FILE" };

    internal static Command Create()
    {
        var verify = new Command("verify", "Verify a receipt offline: commitment, inclusion, signature (kiểm tra biên nhận).") { File, LogKey, Envelope };
        verify.SetAction(static (parsed, cancellationToken) => OperatorCommand.GuardAsync(parsed, () => VerifyAsync(parsed, cancellationToken)));
        verify.WithExamples("""
            hub receipt verify receipt.tlog-proof --log-key log.vkey
            hub receipt verify receipt.tlog-proof --log-key log.vkey --envelope envelope.jws --json
            """);
        return new Command("receipt", "Receipts: proofs of acceptance (biên nhận).") { verify };
    }

    private static async Task<int> VerifyAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var key = TrustedLogKey.Read(parsed.GetValue(LogKey)!);
        var octets = parsed.GetValue(Envelope) is { } envelope ? await System.IO.File.ReadAllBytesAsync(envelope, cancellationToken) : null;
        var output = new Output(parsed);
        var receipt = await EvidenceFile.ReadAsync(parsed.GetValue(File)!, "receipt", Receipt.Parse, cancellationToken);
        var verdict = receipt.Verify(key, octets);
        Show(output, receipt, verdict.Failures);
        return verdict.Valid ? ExitCode.Ok : ExitCode.Refused;
    }

    private static void Show(Output output, Receipt receipt, IReadOnlyList<string> failures)
    {
        var valid = failures.Count == 0;
        if (output.IsJson)
        {
            output.Json(new JsonObject
            {
                ["valid"] = valid,
                ["failures"] = new JsonArray([.. failures.Select(static f => (JsonNode)f)]),
                ["index"] = receipt.Proof.Index,
                ["header"] = valid ? JsonNode.Parse(receipt.Header.ToCanonicalJson()) : null,
                ["body"] = valid ? JsonNode.Parse(receipt.Body.Span) : null,
            });
            return;
        }

        output.Line(valid ? "VALID. Biên nhận hợp lệ." : "NOT VALID. Biên nhận không hợp lệ.");
        foreach (var failure in failures) output.Line($"  - {failure}");
        if (!valid) return;
        output.Line($"  entry {receipt.Proof.Index}, accepted {receipt.Header.Time:yyyy-MM-ddTHH:mm:ss.fffZ}, message {receipt.Header.Key}");
        output.Line($"  {System.Text.Encoding.UTF8.GetString(receipt.Body.Span)}");
    }
}

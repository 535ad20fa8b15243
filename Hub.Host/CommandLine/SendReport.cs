using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Hub.Host.AgencyClient;

namespace Hub.Host.CommandLine;

/// <summary>Tells what became of a sent message. An accepted one is always told whole: where its receipt cannot be stored,
/// the receipt itself is written out.</summary>
internal static class SendReport
{
    /// <summary>Writes the report of an accepted message.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="id">The sender's id.</param>
    /// <param name="sent">The hub's answer.</param>
    /// <param name="files">Where things are kept.</param>
    /// <param name="notStored">Why the receipt could not be stored; null when it was.</param>
    internal static void Write(ParseResult parsed, string id, SentMessage sent, KeptFiles files, string? notStored)
    {
        if (notStored is not null)
            parsed.InvocationConfiguration.Error.WriteLine($"Warning: the message is accepted, but its receipt could not be stored in {files.Receipt}: {notStored} The receipt follows on stdout: keep it.");
        var output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(SharedOptions.Json)) WriteJson(output, id, sent, files, notStored);
        else WriteText(output, id, sent, files, notStored);
    }

    private static void WriteJson(TextWriter output, string id, SentMessage sent, KeptFiles files, string? notStored) =>
        output.WriteLine(JsonSerializer.Serialize(new
        {
            message = sent.Key.Value, id, entry = sent.Receipt.Proof.Index, repeated = sent.Repeated,
            receipt = notStored is null ? Path.GetFullPath(files.Receipt) : null,
            envelope = files.Envelope is null ? null : Path.GetFullPath(files.Envelope),
            receiptVerified = sent.Verified, receiptText = notStored is null ? null : sent.ReceiptText,
        }));

    private static void WriteText(TextWriter output, string id, SentMessage sent, KeptFiles files, string? notStored)
    {
        output.WriteLine($"Accepted{(sent.Repeated ? " before" : "")} (đã tiếp nhận): message {sent.Key}, id {id}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Entry {sent.Receipt.Proof.Index} of the log; receipt {(notStored is null ? $"in {files.Receipt}" : "below, NOT stored")}"));
        if (files.Envelope is not null) output.WriteLine($"The signed envelope is kept in {files.Envelope}");
        output.WriteLine(sent.Verified
            ? "The receipt verifies with the log's key."
            : "The receipt was not verified: give --log-key, or run hub receipt verify.");
        if (notStored is not null) output.WriteLine($"\n{sent.ReceiptText}");
    }
}

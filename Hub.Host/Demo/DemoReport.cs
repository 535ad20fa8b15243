using System.Globalization;
using System.Text.Json;
using Hub.Contracts.Envelopes;
using Spectre.Console;

namespace Hub.Host.Demo;

/// <summary>Prints the demonstration: tables on a terminal, plain lines elsewhere.</summary>
internal sealed class DemoReport
{
    /// <summary>Columns where the output is no terminal.</summary>
    private const int PlainWidth = 150;

    private static readonly TimeSpan Vietnam = TimeSpan.FromHours(7);

    private readonly IAnsiConsole _console;

    public DemoReport(TextWriter output)
    {
        var plain = Console.IsOutputRedirected;
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Out = new AnsiConsoleOutput(plain ? output : Console.Out),
        });
        if (plain) _console.Profile.Width = PlainWidth;
    }

    public void Step(string text) => _console.MarkupLineInterpolated($"[grey]›[/] {text}");

    public void Sent(DemoMessage message) =>
        _console.MarkupLineInterpolated($"  [green]✓[/] {message.From} → {string.Join(", ", message.Document.Recipients.Take(1).Select(static to => to.Name))}{(message.Document.Recipients.Count > 1 ? " …" : "")}: {message.Document.Kind.Name} {message.Document.Code}, entry {message.Sent.Receipt.Proof.Index}");

    public void Messages(DemoStory story, DemoObserver observer)
    {
        var table = new Table { Title = new TableTitle("Documents and their deliveries (văn bản và lượt chuyển)"), Border = TableBorder.Rounded };
        table.AddColumns("Document", "From", "To", "Encoding", "Way", "Attempts", "Answers");
        foreach (var message in story.Messages)
        {
            var first = true;
            foreach (var recipient in message.Expected)
            {
                var delivery = observer.Delivery(message, recipient);
                table.AddRow(
                    Text(first ? $"{message.Document.Kind.Name} {message.Document.Code}" : ""),
                    Text(first ? message.From.ToString() : ""),
                    Text(recipient.System.ToString()),
                    Text(first ? (message.Encoding == EnvelopeEncoding.Xml ? "XML" : "JSON") : ""),
                    Text(observer.Way(message, recipient)),
                    Text(delivery?.Attempts.ToString(CultureInfo.InvariantCulture) ?? "–"),
                    Answers(message, recipient, observer));
                first = false;
            }
        }

        _console.WriteLine();
        _console.Write(table);
    }

    public void Life(DemoMessage message, IReadOnlyList<JsonElement> entries)
    {
        var table = new Table { Title = new TableTitle($"The life of message {message.Sent.Key.Value[..16]}… (vòng đời một thông điệp)"), Border = TableBorder.Rounded };
        table.AddColumns("Entry", "Time (GMT+7)", "What", "Who", "Detail");
        foreach (var entry in entries)
        {
            table.AddRow(
                Text(entry.GetProperty("index").GetRawText()),
                Text(DateTimeOffset.Parse(entry.GetProperty("time").GetString()!, CultureInfo.InvariantCulture).ToOffset(Vietnam).ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)),
                Text(entry.GetProperty("kind").GetString()!),
                Text(entry.GetProperty("actor").GetString()!),
                Text(Detail(entry)));
        }

        _console.WriteLine();
        _console.Write(table);
    }

    public void Checks(IReadOnlyList<DemoCheck> checks)
    {
        _console.WriteLine();
        foreach (var check in checks)
        {
            if (check.Holds) _console.MarkupLineInterpolated($"[green]✓[/] {check.What} [grey]{check.Detail}[/]");
            else _console.MarkupLineInterpolated($"[red]✗ {check.What}[/] {check.Detail}");
        }

        _console.WriteLine();
    }

    /// <summary>Writes text as it is, never broken to the width of the terminal: commands in it are to be copied.</summary>
    public void Line(string text) => _console.Profile.Out.Writer.WriteLine(text);

    private static Markup Answers(DemoMessage message, ExpectedRecipient recipient, DemoObserver observer)
    {
        var answers = observer.Answers(message, recipient);
        if (answers.Count == 0) return new Markup("[red]none[/]");
        var reason = answers[^1].Answer.Reason;
        var text = Markup.Escape(string.Join(", ", answers.Select(static answer => Name(answer.Answer.Status))) + (reason is null ? "" : $": {reason}"));
        return new Markup(recipient.Refused ? $"[yellow]{text}[/]" : text);
    }

    private static string Name(string? status) => status switch
    {
        "01" => "01 arrived",
        "02" => "02 refused",
        "03" => "03 registered",
        null => "taken",
        _ => status,
    };

    /// <summary>The telling members of an entry's body.</summary>
    private static string Detail(JsonElement entry)
    {
        if (!entry.TryGetProperty("body", out var body) || body.ValueKind != JsonValueKind.Object) return "";
        string[] telling = ["recipient", "to", "reorganisation", "attempt", "outcome", "status", "code", "problem", "detail", "reason", "type", "assurance", "algorithm"];
        var parts = telling.Where(name => body.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Number)
            .Select(name => $"{name} {body.GetProperty(name)}");
        return string.Join(", ", parts);
    }

    private static Text Text(string value) => new(value);
}

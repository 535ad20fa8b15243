using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Hub.Contracts.Messages;
using Hub.Host.Api;
using Spectre.Console;

namespace Hub.Host.CommandLine;

/// <summary>What a command shows: JSON for programs, tables for people.</summary>
internal sealed class Output
{
    private const int WidthWithoutTerminal = 200;

    /// <summary>Times are shown as people in Vietnam read them.</summary>
    private static readonly TimeSpan Vietnam = TimeSpan.FromHours(7);

    private static readonly JsonSerializerOptions Indented = new(HubJson.Options) { WriteIndented = true };

    private readonly TextWriter _writer;

    internal Output(ParseResult parsed)
    {
        _writer = parsed.InvocationConfiguration.Output;
        IsJson = parsed.GetValue(SharedOptions.Json);
    }

    internal bool IsJson { get; }

    internal void Json(JsonElement value) => _writer.WriteLine(JsonSerializer.Serialize(value, Indented));

    internal void Json(object value) => _writer.WriteLine(JsonSerializer.Serialize(value, Indented));

    internal void Line(string text = "") => _writer.WriteLine(text);

    /// <summary>Says what was done: a sentence for people, an object for programs.</summary>
    internal void Done(string sentence, object json)
    {
        if (IsJson) Json(json);
        else Line(sentence);
    }

    /// <summary>Writes a table; columns are headed in both languages.</summary>
    internal void Table(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table { Border = TableBorder.Minimal };
        foreach (var header in headers) table.AddColumn(new TableColumn(new Text(header)));
        foreach (var row in rows) table.AddRow(row.Select(static cell => new Text(cell)));
        Console().Write(table);
    }

    private IAnsiConsole Console()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_writer) });
        if (System.Console.IsOutputRedirected) console.Profile.Width = WidthWithoutTerminal;
        return console;
    }

    /// <summary>A member as text; empty when it is missing.</summary>
    internal static string Text(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value)
            ? value.ValueKind == JsonValueKind.String ? value.GetString()! : value.ValueKind == JsonValueKind.Null ? "" : value.GetRawText()
            : "";

    /// <summary>A time member in Vietnam's zone, which it names; empty when it is missing.</summary>
    internal static string Time(JsonElement item, string name) =>
        DateTimeOffset.TryParse(Text(item, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToOffset(Vietnam).ToString("yyyy-MM-dd HH:mm:sszz", CultureInfo.InvariantCulture)
            : "";

    internal static IEnumerable<JsonElement> Items(JsonElement list, string name = "items") =>
        list.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : [];

    internal static string Short(string text, int length = 12) => PlainText.Shorten(text, length);
}

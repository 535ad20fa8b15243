using System.Text.RegularExpressions;
using Hub.Tests.House;

namespace Hub.Tests.Storage.SqlServer;

/// <summary>Which parameters the relational core gives, read from its sources: a file that sends a statement names every parameter of it.</summary>
internal static partial class TransactSqlCallers
{
    private static readonly string[] Sources =
    [
        .. Directory.GetFiles(Repository.PathOf("Hub.Adapters", "Stores", "Relational"), "*.cs").Concat(Directory.GetFiles(Repository.PathOf("Hub.Adapters.SqlServer"), "*.cs")).Select(File.ReadAllText),
    ];

    /// <summary>Copies and checks are written once, for every product.</summary>
    private static readonly HashSet<string> GivenByOperatorsWork =
    [
        .. new[] { Repository.PathOf("Hub.Adapters", "Stores", "Copying", "CopyTarget.cs"), Repository.PathOf("Hub.Adapters", "Stores", "Copying", "CopyVerification.cs"), Repository.PathOf("Hub.Adapters", "Stores", "StoreCheck.cs") }
            .SelectMany(file => Named().Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value),
    ];

    internal static HashSet<string> GivenTo(string statement)
    {
        if (statement.StartsWith("Copy.", StringComparison.Ordinal) || statement.StartsWith("Check.", StringComparison.Ordinal)) return GivenByOperatorsWork;
        var name = statement.Split('.') switch
        {
            ["Wake" or "Wakes" or "Migrations" or "Once", ..] => null,
            ["Read", var read, ..] when read.StartsWith("MessagesBy", StringComparison.Ordinal) => "Messages",
            ["Read" or "Upload" or "Node", var text, ..] => text,
            var plain => plain[0],
        };
        var prefix = statement.Contains('.', StringComparison.Ordinal) ? "[sS]ql|Nodes" : "_sql";
        var sends = name is null ? null : new Regex($@"\b({prefix})\.{name}\b");
        // What is not the core's is sent by the dialect itself.
        var senders = Sources.Where(source => sends?.IsMatch(source) ?? source.Contains("namespace Hub.Adapters.SqlServer", StringComparison.Ordinal));
        return [.. senders.SelectMany(source => Given().Matches(source)).Select(match => match.Groups[1].Value)];
    }

    [GeneratedRegex(@"\b(?:With|P|Parameter|Value)(?:<[^>]+>)?\(""(\w+)""")]
    private static partial Regex Given();

    [GeneratedRegex(@"\(""(\w+)"", ")]
    private static partial Regex Named();
}

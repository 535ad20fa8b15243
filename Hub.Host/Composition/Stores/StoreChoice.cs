using Hub.Adapters.Backup;
using Hub.Adapters.SqlServer;
using Hub.Adapters.Stores;
using Hub.Adapters.Stores.Copying;
using Hub.Adapters.Stores.PostgreSql;

namespace Hub.Host.Composition.Stores;

/// <summary>Which store a node keeps the hub's truth in: what the command line says and what was chosen for its data folder before,
/// brought together and checked.</summary>
internal sealed class StoreChoice
{
    private const string Sqlite = "sqlite";
    private const int MaxNodeName = 64;
    private const string CommandSuffix = ".op";

    private StoreChoice(StoreTarget? primary, StoreTarget? replica, string node, StoreMemory? memory)
    {
        (Primary, Replica, Node) = (primary, replica, node);
        Memory = memory;
    }

    /// <summary>The database; null for the embedded store.</summary>
    internal StoreTarget? Primary { get; }

    /// <summary>Where searches are read; null: at the database itself.</summary>
    internal StoreTarget? Replica { get; }

    /// <summary>This node's name among the nodes of its hub.</summary>
    internal string Node { get; }

    /// <summary>The name that a command goes by while it works on the store as a short-lived node, beside the others and beside the node
    /// whose folder it uses: were it that node, its lease would hide from the others that the node itself is dead.</summary>
    internal string CommandNode => Node[..Math.Min(Node.Length, MaxNodeName - CommandSuffix.Length)] + CommandSuffix;

    /// <summary>What a node says of its program: the version and, where several programs may share a schema, the newest that it knows.</summary>
    internal string Version => Primary is { } primary ? StoreMigrationPlan.VersionOf(ProgramVersion.Text, primary.NewestSchema) : ProgramVersion.Text;

    /// <summary>Whether other nodes may write to the same store.</summary>
    internal bool IsShared => Primary is not null;

    /// <summary>What is to be remembered in the data folder; null for nothing.</summary>
    internal StoreMemory? Memory { get; }

    /// <summary>Brings request and memory together. Writes nothing.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="request">What the command line says.</param>
    /// <param name="mistakes">Receives every mistake and contradiction, each with what to do; the choice is of use only when none was added.</param>
    internal static StoreChoice Choose(string folder, StoreRequest request, ICollection<string> mistakes)
    {
        var memory = Try(() => StoreMemory.Read(folder), mistakes);
        if (request is { Store: not null, File: not null }) mistakes.Add("--store and --store-file contradict each other: give one of them.");
        var (option, text) = Text(request, memory, mistakes);
        var primary = Target(option, text, null, mistakes);
        if (primary is { HasPassword: true } && request.Store is not null)
            mistakes.Add("--store holds a password, which every user of this machine can see in the list of processes: write the line into a file with mode 0600 and name it with --store-file.");
        var replica = ReplicaOf(request, memory, primary, mistakes);
        CheckAgainst(folder, memory, primary, text, option, mistakes);
        var name = request.Node ?? memory?.Node;
        if (name is not null && !IsNodeName(name)) mistakes.Add($"--node '{name}' is no name of a node: 1 to {MaxNodeName} letters, digits, dots and hyphens.");
        if (request.Node is not null && text is null or Sqlite) mistakes.Add("--node needs a store that nodes share: --store postgres:…, --store sqlserver:… or --store-file FILE.");
        return new StoreChoice(primary, replica, name ?? HostName(), primary is null ? null : Remember(request, memory, primary, name));
    }

    /// <exception cref="FormatException">There are mistakes; the message holds all of them.</exception>
    internal static StoreChoice Choose(string folder, StoreRequest request)
    {
        List<string> mistakes = [];
        var choice = Choose(folder, request, mistakes);
        return mistakes.Count == 0 ? choice : throw new FormatException(string.Join('\n', mistakes));
    }

    /// <summary>Reads the text of an option that names a database.</summary>
    /// <returns>Null after a mistake, and for <c>sqlite</c>.</returns>
    internal static StoreTarget? Target(string option, string? text, StoreTarget? primary, ICollection<string> mistakes)
    {
        if (text is null or Sqlite) return null;
        var (kind, connection) = text.Split(':', 2) is [var before, var behind] ? (before, behind) : (text, "");
        if (kind is not (PostgreSqlTarget.Product or SqlServerTarget.Product))
        {
            mistakes.Add($"{option}: write 'sqlite', or 'postgres:' and a connection string, e.g. 'postgres:Host=db.example;Database=hub;Username=hub_app;SSL Mode=VerifyFull', or 'sqlserver:Server=db.example;Database=hub;User Id=hub_app'.");
            return null;
        }

        if (primary is not null && primary.Kind != kind)
        {
            mistakes.Add($"{option}: a replica of '{primary.Kind}:' is written as '{primary.Kind}:', not '{kind}:'.");
            return null;
        }

        try
        {
            StoreTarget target = kind == PostgreSqlTarget.Product ? PostgreSqlTarget.Parse(connection, (PostgreSqlTarget?)primary) : SqlServerTarget.Parse(connection, (SqlServerTarget?)primary);
            foreach (var mistake in target.Mistakes()) mistakes.Add($"{option}: {mistake}");
            return target;
        }
        catch (FormatException unreadable)
        {
            mistakes.Add($"{option}: {unreadable.Message}");
            return null;
        }
    }

    private static (string Option, string? Text) Text(StoreRequest request, StoreMemory? memory, ICollection<string> mistakes)
    {
        if (request.Store is { } said) return ("--store", said);
        if (request.File is { } file) return ($"--store-file {file}", Try(() => StoreSecret.Read(file), mistakes));
        if (memory?.File is { } kept) return ($"the store file of this data folder ({kept})", Try(() => StoreSecret.Read(kept), mistakes));
        return ("the store of this data folder", memory?.Store);
    }

    private static StoreTarget? ReplicaOf(StoreRequest request, StoreMemory? memory, StoreTarget? primary, ICollection<string> mistakes)
    {
        if ((request.Replica ?? memory?.Replica) is not { } text) return null;
        if (primary is not null)
        {
            var replica = Target("--store-replica", text, primary, mistakes);
            if (text.Contains("Password", StringComparison.OrdinalIgnoreCase)) mistakes.Add("--store-replica holds a password: leave it out, the replica takes that of the store.");
            if (replica is null && text == Sqlite) mistakes.Add("--store-replica 'sqlite' is no replica of a database.");
            return replica;
        }

        if (request.Replica is not null) mistakes.Add("--store-replica needs a store that has one: --store postgres:…, --store sqlserver:… or --store-file FILE.");
        return null;
    }

    private static void CheckAgainst(string folder, StoreMemory? memory, StoreTarget? primary, string? text, string option, ICollection<string> mistakes)
    {
        var forget = $"To choose anew, delete '{Path.Combine(folder, StoreMemory.Name)}'.";
        if (memory is not null && text == Sqlite)
            mistakes.Add($"{option} sqlite contradicts what was chosen for '{folder}': {memory.Kind}, database '{memory.Database}'. {forget}");
        if (RestoreMark.Find(folder) is { } half) mistakes.Add(half);
        if (primary is null && memory is null && MovedMark.Find(folder) is { } moved) mistakes.Add(moved);
        if (primary is null) return;
        if (memory is not null && (memory.Kind != primary.Kind || memory.Database != primary.Database))
            mistakes.Add($"{option} names the {primary.Kind} database '{primary.Database}', but '{folder}' belongs to a hub in {memory.Kind}, database '{memory.Database}'. {forget}");
        if (File.Exists(Path.Combine(folder, "hub.db")))
            mistakes.Add($"'{folder}' holds a hub on SQLite (hub.db), and {option} names another store. Move it with 'hub store copy --from {folder} --to {primary.Kind}:…', or choose another --data.");
    }

    private static StoreMemory Remember(StoreRequest request, StoreMemory? memory, StoreTarget primary, string? node)
    {
        var file = request.File is { } named ? Path.GetFullPath(named) : request.Store is null ? memory?.File : null;
        return new StoreMemory(primary.Kind, primary.Database, file is null ? request.Store ?? memory?.Store : null, file, request.Replica ?? memory?.Replica, node);
    }

    private static T? Try<T>(Func<T?> read, ICollection<string> mistakes) where T : class
    {
        try
        {
            return read();
        }
        catch (FormatException mistake)
        {
            mistakes.Add(mistake.Message);
            return null;
        }
    }

    private static bool IsNodeName(string name) =>
        name.Length is > 0 and <= MaxNodeName && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-');

    private static string HostName()
    {
        var name = string.Concat(Environment.MachineName.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '-'));
        return name.Length is 0 ? "node" : name[..Math.Min(name.Length, MaxNodeName)];
    }
}

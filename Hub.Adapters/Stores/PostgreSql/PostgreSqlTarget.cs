using System.Net;
using Hub.Adapters.Stores.Copying;
using Hub.Contracts.Trail;
using Npgsql;

namespace Hub.Adapters.Stores.PostgreSql;

/// <summary>A PostgreSQL database as a connection string names it. It never tells its password: <see cref="ToString"/> says hosts,
/// database and role only.</summary>
public sealed class PostgreSqlTarget : StoreTarget
{
    private static readonly string[] Forbidden = ["Include Error Detail", "Log Parameters", "Persist Security Info"];

    private readonly NpgsqlConnectionStringBuilder _settings;

    private PostgreSqlTarget(NpgsqlConnectionStringBuilder settings) => _settings = settings;

    /// <summary>What stands before the colon in <c>--store</c>.</summary>
    public const string Product = "postgres";

    /// <inheritdoc/>
    public override string Kind => Product;

    /// <inheritdoc/>
    public override string ConnectionString => _settings.ConnectionString;

    /// <summary>The connection string, whose sessions act as a role that the logged-in one may take; null: as itself.</summary>
    public string ConnectionStringAs(string? role)
    {
        if (role is null || role == Role) return ConnectionString;
        // One word of the options: a backslash keeps a space or a backslash inside it.
        var word = role.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(" ", "\\ ", StringComparison.Ordinal);
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Options = $"{_settings.Options} -c role={word}".Trim() }.ConnectionString;
    }

    /// <inheritdoc/>
    public override string Database => _settings.Database ?? "";

    /// <inheritdoc/>
    public override string Role => _settings.Username ?? "";

    /// <summary>Hosts, each with its port unless it is the usual one, or the folder of a Unix socket.</summary>
    public IReadOnlyList<string> Hosts => (_settings.Host ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <inheritdoc/>
    public override bool HasPassword => !string.IsNullOrEmpty(_settings.Password);

    /// <inheritdoc/>
    public override int OldestSchema => PostgreSqlMigrations.Oldest;

    /// <inheritdoc/>
    public override int NewestSchema => PostgreSqlMigrations.Newest;

    /// <inheritdoc/>
    public override string? RefusalOf(Exception? failure) => PostgreSqlRefusal.Of(failure, this);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<StoreFinding>> CheckAsync(StoreTarget? replica, NoteVerifier? logKey, TimeProvider clock, CancellationToken cancellationToken = default) =>
        new PostgreSqlCheck(this, (PostgreSqlTarget?)replica, logKey, clock).RunAsync(cancellationToken);

    /// <inheritdoc/>
    public override Task<(int From, int To)> MigrateAsync(StoreMigrationWork work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return PostgreSqlMigrations.MigrateAsync(ConnectionStringAs(work.Owner), work.Application, work.To, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<StoreMigrationPlan> PlanAsync(StoreMigrationWork work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return PostgreSqlMigrations.PlanAsync(ConnectionStringAs(work.Owner), work.Application, work.To, cancellationToken);
    }

    /// <inheritdoc/>
    internal override async Task<ICopyDialect> OpenCopyAsync(CancellationToken cancellationToken) => await PostgreSqlCopy.OpenAsync(ConnectionString, cancellationToken);

    /// <summary>Reads a connection string (<c>Host=…;Database=…;Username=…</c>).</summary>
    /// <param name="text">The connection string.</param>
    /// <param name="primary">The target whose settings hold for everything that <paramref name="text"/> does not say; null for none.</param>
    /// <exception cref="FormatException">It is none. The message does not repeat it.</exception>
    public static PostgreSqlTarget Parse(string text, PostgreSqlTarget? primary = null)
    {
        try
        {
            var own = new NpgsqlConnectionStringBuilder(text);
            if (primary is null) return new PostgreSqlTarget(own);
            var merged = new NpgsqlConnectionStringBuilder(primary.ConnectionString) { TargetSessionAttributes = "prefer-standby" };
            if (own.ShouldSerialize("Host") && !own.ShouldSerialize("Port")) merged.Remove("Port");
            foreach (string key in own.Keys) merged[key] = own[key];
            return new PostgreSqlTarget(merged);
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            // What the driver says repeats parts of it: behind a ';' in a password that nobody quoted, a part of the password.
        }

        throw new FormatException(
            "it is no connection string of PostgreSQL: a setting's name is unknown, or its value is not of its kind; values with ; or = need quotes. "
            + "Write Host=db.example;Database=hub;Username=hub_app;SSL Mode=VerifyFull.");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Mistakes()
    {
        List<string> mistakes = [];
        if (Hosts.Count == 0) mistakes.Add("it names no host: add 'Host=db.example', or 'Host=/run/postgresql' for a database on this machine.");
        if (Database.Length == 0) mistakes.Add("it names no database: add 'Database=hub'.");
        if (Role.Length == 0) mistakes.Add("it names no role: add 'Username=hub_app'.");
        foreach (var setting in Forbidden.Where(s => _settings.TryGetValue(s, out var value) && value is true))
            mistakes.Add($"'{setting}' would bring contents of messages or the password into logs: leave it out.");
        if (Hosts.Count > 1 && _settings.TargetSessionAttributes is not ("primary" or "read-write" or "prefer-standby" or "standby" or "prefer-primary"))
            mistakes.Add($"it names {Hosts.Count} hosts, of which one may be a standby: add 'Target Session Attributes=primary'.");
        if (Hosts.FirstOrDefault(static h => !IsLocal(h)) is { } remote && !IsVerified)
        {
            mistakes.Add($"the way to '{remote}' is not protected: add 'SSL Mode=VerifyFull' (and 'Root Certificate=/etc/hub/ca.pem' unless this machine knows the authority). "
                + "'SSL Mode=VerifyCA' will do together with 'Root Certificate'; without either only a database on this machine may be named.");
        }

        if (!string.IsNullOrEmpty(_settings.RootCertificate) && !File.Exists(_settings.RootCertificate)) mistakes.Add($"there is no file '{_settings.RootCertificate}' (Root Certificate).");
        return mistakes;
    }

    /// <summary>Where it leads, without its password.</summary>
    public override string ToString() => $"database '{Database}' at {string.Join(", ", Hosts)} as '{Role}'";

    private bool IsVerified => _settings.SslMode == SslMode.VerifyFull || (_settings.SslMode == SslMode.VerifyCA && !string.IsNullOrEmpty(_settings.RootCertificate));

    // A host may bring its port: db:5433, [::1]:5433. A Unix socket is a path, or abstract (@).
    internal static bool IsLocal(string host)
    {
        if (host[0] is '/' or '@' || host == "localhost" || host.StartsWith("localhost:", StringComparison.Ordinal)) return true;
        return IPEndPoint.TryParse(host, out var place) && IPAddress.IsLoopback(place.Address);
    }
}

using Hub.Adapters.Stores;
using Hub.Adapters.Stores.Copying;
using Hub.Adapters.Stores.PostgreSql;
using Hub.Contracts.Trail;
using Microsoft.Data.SqlClient;

namespace Hub.Adapters.SqlServer;

/// <summary>A SQL Server database as a connection string names it. It never tells its password.</summary>
public sealed class SqlServerTarget : StoreTarget
{
    /// <summary>What stands before the colon in <c>--store</c>.</summary>
    public const string Product = "sqlserver";

    private readonly SqlConnectionStringBuilder _settings;

    private SqlServerTarget(SqlConnectionStringBuilder settings) => _settings = settings;

    /// <inheritdoc/>
    public override string Kind => Product;

    /// <inheritdoc/>
    public override string ConnectionString => _settings.ConnectionString;

    /// <inheritdoc/>
    public override string Database => _settings.InitialCatalog;

    /// <inheritdoc/>
    public override string Role => _settings.IntegratedSecurity ? Environment.UserName : _settings.UserID;

    /// <summary>The server: a host, with its instance or port.</summary>
    public string Server => _settings.DataSource;

    /// <inheritdoc/>
    public override bool HasPassword => _settings.Password.Length > 0;

    /// <inheritdoc/>
    public override int OldestSchema => SqlServerMigrations.Oldest;

    /// <inheritdoc/>
    public override int NewestSchema => SqlServerMigrations.Newest;

    /// <summary>Reads a connection string (<c>Server=…;Database=…;User Id=…</c>).</summary>
    /// <param name="text">The connection string.</param>
    /// <param name="primary">The target whose settings hold for everything that <paramref name="text"/> does not say; null for none.</param>
    /// <exception cref="FormatException">It is none. The message does not repeat it.</exception>
    public static SqlServerTarget Parse(string text, SqlServerTarget? primary = null)
    {
        try
        {
            var own = new SqlConnectionStringBuilder(text);
            if (primary is null) return new SqlServerTarget(own);
            var merged = new SqlConnectionStringBuilder(primary.ConnectionString) { ApplicationIntent = ApplicationIntent.ReadOnly };
            foreach (string key in own.Keys)
                if (own.ShouldSerialize(key)) merged[key] = own[key];
            return new SqlServerTarget(merged);
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            // What the client says repeats parts of it: behind a ';' in a password that nobody quoted, a part of the password.
        }

        throw new FormatException(
            "it is no connection string of SQL Server: a setting's name is unknown, or its value is not of its kind; values with ; or = need quotes. "
            + "Write Server=db.example;Database=hub;User Id=hub_app.");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Mistakes()
    {
        List<string> mistakes = [];
        if (Server.Length == 0) mistakes.Add("it names no server: add 'Server=db.example'.");
        if (Database.Length == 0) mistakes.Add("it names no database: add 'Database=hub'.");
        if (_settings.UserID.Length == 0 && !_settings.IntegratedSecurity && _settings.Authentication == SqlAuthenticationMethod.NotSpecified)
            mistakes.Add("it names no login: add 'User Id=hub_app', or 'Integrated Security=true' for Kerberos.");
        if (_settings.PersistSecurityInfo) mistakes.Add("'Persist Security Info' would bring the password into logs: leave it out.");
        if (Server.Length > 0 && !IsLocal(Server) && (_settings.TrustServerCertificate || _settings.Encrypt.Equals(SqlConnectionEncryptOption.Optional)))
        {
            mistakes.Add($"the way to '{Server}' is not protected: leave 'Encrypt' and 'TrustServerCertificate' out (and add 'Server Certificate=/etc/hub/db.pem' unless this machine knows the authority); "
                + "without a checked certificate only a database on this machine may be named.");
        }

        if (_settings.ServerCertificate.Length > 0 && !File.Exists(_settings.ServerCertificate)) mistakes.Add($"there is no file '{_settings.ServerCertificate}' (Server Certificate).");
        return mistakes;
    }

    /// <inheritdoc/>
    public override string? RefusalOf(Exception? failure) => SqlServerRefusal.Of(failure, this);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<StoreFinding>> CheckAsync(StoreTarget? replica, NoteVerifier? logKey, TimeProvider clock, CancellationToken cancellationToken = default) =>
        new SqlServerCheck(this, (SqlServerTarget?)replica, logKey, clock).RunAsync(cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="FormatException">Another owner is named.</exception>
    public override Task<(int From, int To)> MigrateAsync(StoreMigrationWork work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        RequireOwner(work);
        return SqlServerMigrations.MigrateAsync(ConnectionString, work.Application, work.To, cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="FormatException">Another owner is named.</exception>
    public override Task<StoreMigrationPlan> PlanAsync(StoreMigrationWork work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        RequireOwner(work);
        return SqlServerMigrations.PlanAsync(ConnectionString, work.Application, work.To, cancellationToken);
    }

    /// <summary>Where it leads, without its password.</summary>
    public override string ToString() => $"database '{Database}' at {Server} as '{Role}'";

    /// <inheritdoc/>
    internal override async Task<ICopyDialect> OpenCopyAsync(CancellationToken cancellationToken) => await SqlServerCopy.OpenAsync(ConnectionString, cancellationToken);

    internal bool IsOnThisMachine => IsLocal(Server);

    private static void RequireOwner(StoreMigrationWork work)
    {
        if (work.Owner is not null) throw new FormatException("--owner: tables in SQL Server belong to 'dbo'. Log in as an owner of the database (db_owner) instead.");
    }

    // tcp:host\instance,port; a dot is this machine.
    private static bool IsLocal(string server)
    {
        var place = server.StartsWith("tcp:", StringComparison.OrdinalIgnoreCase) ? server[4..] : server;
        var host = place.Split(',', '\\')[0].Trim();
        return host is "." or "(local)" or "::1" || PostgreSqlTarget.IsLocal(host.Length == 0 ? "?" : host);
    }
}

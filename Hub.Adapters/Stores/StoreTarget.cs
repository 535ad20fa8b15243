using System.Data.Common;
using Hub.Adapters.Stores.Copying;
using Hub.Contracts.Trail;

namespace Hub.Adapters.Stores;

/// <summary>A database that nodes share, as a connection string names it, and what an operator does with it. It never tells its
/// password: <see cref="object.ToString"/> says where it leads and who connects.</summary>
public abstract class StoreTarget
{
    /// <summary>The product: what stands before the colon in <c>--store</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>The connection string, password included: for the driver alone.</summary>
    public abstract string ConnectionString { get; }

    /// <summary>The database.</summary>
    public abstract string Database { get; }

    /// <summary>Who connects.</summary>
    public abstract string Role { get; }

    /// <summary>Whether the connection string holds a password.</summary>
    public abstract bool HasPassword { get; }

    /// <summary>The oldest schema that this program runs on.</summary>
    public abstract int OldestSchema { get; }

    /// <summary>The newest schema that this program knows.</summary>
    public abstract int NewestSchema { get; }

    /// <summary>What is wrong with it, each with what to write; empty when it may be used.</summary>
    public abstract IReadOnlyList<string> Mistakes();

    /// <summary>What the database refused and what to do, when waiting would not mend it; null when it just does not answer, or does something else.</summary>
    /// <param name="failure">What connecting threw, or what that came from.</param>
    public abstract string? RefusalOf(Exception? failure);

    /// <summary>Looks at the database as a node would. Changes nothing.</summary>
    /// <param name="replica">Its replica, of the same kind; null for none.</param>
    /// <param name="logKey">The hub's log key; null when it is not known here.</param>
    /// <param name="clock">This machine's clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UnauthorizedAccessException">The database refuses; the message says what to do.</exception>
    /// <exception cref="IOException">It does not answer.</exception>
    public abstract Task<IReadOnlyList<StoreFinding>> CheckAsync(StoreTarget? replica, NoteVerifier? logKey, TimeProvider clock, CancellationToken cancellationToken = default);

    /// <summary>Brings the database to a schema; safe to run again, and by several at once.</summary>
    /// <param name="work">What is to be done, and as whom.</param>
    /// <param name="cancellationToken">Gives up between migrations.</param>
    /// <returns>The version before and after.</returns>
    /// <exception cref="InvalidDataException">The database was migrated by a newer program, or a node lives whose program may not run on what would be there.</exception>
    public abstract Task<(int From, int To)> MigrateAsync(StoreMigrationWork work, CancellationToken cancellationToken = default);

    /// <summary>What <see cref="MigrateAsync"/> would do; changes nothing.</summary>
    /// <param name="work">What would be done, and as whom.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidDataException">The database was migrated by a newer program.</exception>
    public abstract Task<StoreMigrationPlan> PlanAsync(StoreMigrationWork work, CancellationToken cancellationToken = default);

    /// <summary>Opens the database for a copy into it.</summary>
    internal abstract Task<ICopyDialect> OpenCopyAsync(CancellationToken cancellationToken);

    /// <summary>Whether a failure is a database's, which <see cref="RefusalOf"/> may explain.</summary>
    public static bool IsOfTheDatabase(Exception failure) => failure is DbException or TimeoutException;
}

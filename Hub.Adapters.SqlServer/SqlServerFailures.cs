using Hub.Adapters.Stores.Relational;
using Microsoft.Data.SqlClient;

namespace Hub.Adapters.SqlServer;

/// <summary>What SQL Server's errors mean.</summary>
internal static class SqlServerFailures
{
    /// <summary>Raised by <c>hub.fence</c>: the node's lease has ended.</summary>
    internal const int LeaseEnded = 51_001;

    /// <summary>Raised by <c>hub.require_duty</c>: another node holds the duty.</summary>
    internal const int DutyLost = 51_002;

    /// <summary>Raised when the lock of an app's state or of a lane was not to be had in time.</summary>
    internal const int Locked = 51_003;

    internal static RelationalFailure Classify(Exception failure) =>
        failure is SqlException database && IsConflict(database.Errors.Cast<SqlError>().Select(static e => e.Number)) ? RelationalFailure.Conflict : RelationalFailure.Unavailable;

    /// <summary>Whether one of the errors says that another node was quicker. One that also lost the connection is met again, if at all.</summary>
    internal static bool IsConflict(IEnumerable<int> errors) => errors.Any(static number => number switch
    {
        1205 => true, // victim of a deadlock
        1222 => true, // waited too long for a lock
        2601 or 2627 => true, // somebody inserted it before
        3960 => true, // changed since the snapshot was taken
        LeaseEnded or DutyLost or Locked => true,
        _ => false,
    });
}

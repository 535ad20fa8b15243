using System.Security.Authentication;
using Npgsql;

namespace Hub.Adapters.Stores.PostgreSql;

/// <summary>What a database says that waiting does not mend.</summary>
public static class PostgreSqlRefusal
{
    /// <summary>What it refused and what to do; null when it just does not answer, or does something else.</summary>
    /// <param name="failure">What connecting threw, or what that came from.</param>
    /// <param name="target">Where it led to; told without its password.</param>
    public static string? Of(Exception? failure, PostgreSqlTarget target)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case PostgresException { SqlState: "28P01" or "28000" } refused:
                    return $"The {target} refuses this role: {refused.MessageText}. Put its right password into the file that --store-file names, and look into pg_hba.conf on the server.";
                case PostgresException { SqlState: "3D000" } missing:
                    return $"{missing.MessageText} (the {target}). Make it with deploy/postgresql/roles.sql and 'hub store migrate', or name another.";
                case PostgresException { SqlState: "42501" } denied:
                    return $"The {target} may not do what a node does: {denied.MessageText}. Run 'hub store migrate --app {target.Role}' with the owner role.";
                case AuthenticationException untrusted:
                    return $"The certificate of the {target} is not trusted: {untrusted.Message} State the authority with 'Root Certificate=FILE', and the host by the name in its certificate.";
                case NpgsqlException { Message: var said } when said.Contains("password", StringComparison.OrdinalIgnoreCase) && cause is not PostgresException:
                    return $"The {target} asks for a password, and none was given: write the whole line with Password=… into a file with mode 0600 and name it with --store-file.";
            }
        }

        return null;
    }
}

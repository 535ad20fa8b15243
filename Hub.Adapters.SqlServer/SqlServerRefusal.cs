using System.Security.Authentication;
using Microsoft.Data.SqlClient;

namespace Hub.Adapters.SqlServer;

/// <summary>What SQL Server says that waiting does not mend.</summary>
internal static class SqlServerRefusal
{
    /// <summary>What it refused and what to do; null when it just does not answer, or does something else.</summary>
    internal static string? Of(Exception? failure, SqlServerTarget target)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case SqlException { Number: 18456 or 18452 or 18470 or 18486 or 18487 or 18488 } refused:
                    return $"The {target} refuses this login: {refused.Message} Put its right password into the file that --store-file names, and look into the server's error log.";
                case SqlException { Number: 4060 or 911 } missing:
                    return $"The {target} is not to be had: {missing.Message} Make it (CREATE DATABASE, and a user for the login) and run 'hub store migrate', or name another.";
                case SqlException { Number: 229 or 230 or 262 or 297 or 300 or 916 } denied:
                    return $"The {target} may not do what a node does: {denied.Message} Run 'hub store migrate --app {target.Role}' with the owner's login.";
                case AuthenticationException untrusted:
                    return $"The certificate of the {target} is not trusted: {untrusted.Message} State it with 'Server Certificate=FILE', or make the machine know its authority, and name the host as its certificate does.";
            }
        }

        return null;
    }
}

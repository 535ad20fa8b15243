using System.CommandLine;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Host.AgencyClient;

namespace Hub.Host.CommandLine;

/// <summary>Runs a command of the operator's side and turns what went wrong into words and an exit code.</summary>
internal static class OperatorCommand
{
    /// <summary>Runs a command over a connection to the hub on <c>--data</c>.</summary>
    internal static Task<int> RunAsync(ParseResult parsed, Func<OperatorConnection, Task<int>> command, CancellationToken cancellationToken, SystemAddress? address = null) =>
        GuardAsync(parsed, async () =>
        {
            await using var connection = await OperatorConnection.OpenAsync(parsed.GetValue(SharedOptions.Data)!, StoreOptions.Read(parsed), address, cancellationToken);
            return await command(connection);
        });

    /// <summary>Runs a command as the options say: over the operator socket, or as a person with his own key.</summary>
    internal static Task<int> RunAsync(ParseResult parsed, PersonOptions person, Func<OperatorConnection, Task<int>> command, CancellationToken cancellationToken) =>
        GuardAsync(parsed, async () =>
        {
            await using var connection = await person.OpenAsync(parsed, cancellationToken);
            return await command(connection);
        });

    /// <summary>Runs anything and reports its failure.</summary>
    internal static async Task<int> GuardAsync(ParseResult parsed, Func<Task<int>> command)
    {
        var error = parsed.InvocationConfiguration.Error;
        try
        {
            return await command();
        }
        catch (HubRefusalException refused)
        {
            AgencyErrors.Write(error, refused.Refusal);
            return refused.Refusal.Status is 429 or 503 ? ExitCode.Unavailable : ExitCode.Refused;
        }
        catch (ProblemException problem)
        {
            AgencyErrors.Write(error, problem);
            return problem.Code == ProblemCode.Unavailable ? ExitCode.Unavailable : ExitCode.Refused;
        }
        catch (HubUnreachableException unreachable)
        {
            error.WriteLine(unreachable.Message);
            return ExitCode.Unavailable;
        }
        catch (UnauthorizedAccessException denied)
        {
            error.WriteLine(denied.Message);
            return ExitCode.Refused;
        }
        catch (Exception usage) when (usage is FormatException or FileNotFoundException or DirectoryNotFoundException)
        {
            error.WriteLine(usage.Message);
            return ExitCode.Usage;
        }
        catch (Exception broken) when (broken is IOException or InvalidDataException or System.Net.Sockets.SocketException)
        {
            error.WriteLine(broken.Message);
            return ExitCode.Unavailable;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("Stopped.");
            return ExitCode.Refused;
        }
    }
}

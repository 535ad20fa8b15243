using System.Buffers.Binary;
using System.Net.Sockets;
using Hub.Contracts.Problems;
using Microsoft.AspNetCore.Connections.Features;

namespace Hub.Host.Identity;

/// <summary>Requests over <c>hub.sock</c> carry the operator's authority: who may open the socket may read the folder.
/// On Linux the kernel says which user is at the other end; only the hub's own user and root are taken.</summary>
internal static class OperatorSocket
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    /// <summary>The operator, or null when the request did not come over the socket.</summary>
    /// <exception cref="ProblemException"><c>not-allowed</c> for another user.</exception>
    internal static Caller? CallerOf(HttpContext context)
    {
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is not { AddressFamily: AddressFamily.Unix } socket) return null;
        var user = Environment.UserName;
        if (OperatingSystem.IsLinux())
        {
            var uid = PeerUser(socket);
            if (uid != 0 && uid != OwnUser.Value)
                throw ProblemCode.NotAllowed.With($"The user {uid} is neither the hub's own user nor root; only they may use the operator socket.");
            if (uid == 0 && OwnUser.Value != 0) user = "root";
        }

        return new Caller($"operator:{user}", Scopes.Operator | Scopes.Content);
    }

    private static uint PeerUser(Socket socket)
    {
        // struct ucred { pid_t pid; uid_t uid; gid_t gid; }
        Span<byte> credentials = stackalloc byte[12];
        socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials);
        return BitConverter.IsLittleEndian
            ? BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..])
            : BinaryPrimitives.ReadUInt32BigEndian(credentials[4..]);
    }

    /// <summary>The effective user of this process, from the kernel's own account of it.</summary>
    private static readonly Lazy<uint> OwnUser = new(static () =>
    {
        var line = File.ReadLines("/proc/self/status").First(static line => line.StartsWith("Uid:", StringComparison.Ordinal));
        return uint.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[2]);
    });
}

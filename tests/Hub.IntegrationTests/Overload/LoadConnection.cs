using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hub.IntegrationTests.Overload;

/// <summary>What the hub answered.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="RetryAfter">Whether the answer says when to come back.</param>
/// <param name="Closed">Whether the hub closes the connection with it.</param>
internal readonly record struct Answer(int Status, bool RetryAfter, bool Closed);

/// <summary>One kept HTTP/1.1 connection that costs as little as possible: the hub shares the cores with it.</summary>
internal sealed class LoadConnection(Uri hub) : IDisposable
{
    private readonly byte[] _buffer = new byte[8 * 1024];
    private Socket? _socket;

    /// <summary>The head of a post of one envelope, without its length.</summary>
    internal static string Head(Uri hub, string token) =>
        $"POST /api/v1/messages HTTP/1.1\r\nHost: {hub.Authority}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/jose\r\nContent-Length: ";

    /// <summary>A whole request, ready to be written.</summary>
    internal static byte[] Request(string head, byte[] octets) =>
        [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{head}{octets.Length}\r\n\r\n")), .. octets];

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <exception cref="IOException">The hub closed the connection; the next call opens another.</exception>
    internal async Task<Answer> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        try
        {
            if (_socket is null)
            {
                _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await _socket.ConnectAsync(IPAddress.Parse(hub.Host), hub.Port, cancellationToken);
            }

            while (!request.IsEmpty) request = request[await _socket.SendAsync(request, cancellationToken)..];
            var answer = await ReadAsync(_socket, cancellationToken);
            if (answer.Closed) Dispose();
            return answer;
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            Dispose();
            throw new IOException("The hub closed the connection.", failure);
        }
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    /// <summary>Every answer to a post states its length and fits the buffer.</summary>
    private async Task<Answer> ReadAsync(Socket socket, CancellationToken cancellationToken)
    {
        var (got, whole, answer) = (0, 0, default(Answer));
        while (whole == 0 || got < whole)
        {
            var read = await socket.ReceiveAsync(_buffer.AsMemory(got), cancellationToken);
            if (read == 0) throw new IOException("The connection ended before the answer.");
            got += read;
            if (whole > 0) continue;
            var head = _buffer.AsSpan(0, got);
            if (head.IndexOf("\r\n\r\n"u8) is not (>= 0 and var end)) continue;
            var text = Encoding.ASCII.GetString(head[..end]);
            answer = new Answer(int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture), Header(text, "Retry-After") is not null, Header(text, "Connection") == "close");
            whole = end + 4 + int.Parse(Header(text, "Content-Length") ?? "0", CultureInfo.InvariantCulture);
        }

        return answer;
    }

    private static string? Header(string head, string name)
    {
        var at = head.IndexOf($"\r\n{name}:", StringComparison.OrdinalIgnoreCase);
        if (at < 0) return null;
        var from = at + name.Length + 3;
        var to = head.IndexOf("\r\n", from, StringComparison.Ordinal);
        return (to < 0 ? head[from..] : head[from..to]).Trim();
    }
}

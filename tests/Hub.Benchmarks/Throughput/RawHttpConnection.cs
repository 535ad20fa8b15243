using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hub.Benchmarks.Throughput;

/// <summary>One kept HTTP/1.1 connection that costs the generator as little as possible: the load must not be the bottleneck.</summary>
internal sealed class RawHttpConnection(Uri hub) : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    internal async Task ConnectAsync() => await _socket.ConnectAsync(IPAddress.Parse(hub.Host), hub.Port);

    internal async Task<(int Status, byte[] Body)> PostAsync(string path, string contentType, string? token, ReadOnlyMemory<byte> body)
    {
        var head = Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: {hub.Authority}\r\n{(token is null ? "" : $"Authorization: Bearer {token}\r\n")}Content-Type: {contentType}\r\nContent-Length: {body.Length}\r\n\r\n");
        if (body.Length < 16 * 1024)
        {
            var whole = new byte[head.Length + body.Length];
            head.CopyTo(whole, 0);
            body.CopyTo(whole.AsMemory(head.Length));
            await SendAsync(whole);
        }
        else
        {
            await SendAsync(head);
            await SendAsync(body);
        }

        return await ReadResponseAsync();
    }

    public void Dispose() => _socket.Dispose();

    private async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[await _socket.SendAsync(bytes)..];
    }

    private async Task<(int Status, byte[] Body)> ReadResponseAsync()
    {
        int headEnd;
        while ((headEnd = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8)) < 0) await FillAsync();
        var head = Encoding.ASCII.GetString(_buffer, _start, headEnd);
        _start += headEnd + 4;
        var status = int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture);
        var length = Header(head, "Content-Length");
        if (length is not null) return (status, await ReadExactlyAsync(int.Parse(length, CultureInfo.InvariantCulture)));
        if (Header(head, "Transfer-Encoding") is null) return (status, []);
        using var body = new MemoryStream();
        while (true)
        {
            int lineEnd;
            while ((lineEnd = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8)) < 0) await FillAsync();
            var size = int.Parse(Encoding.ASCII.GetString(_buffer, _start, lineEnd), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            _start += lineEnd + 2;
            var chunk = await ReadExactlyAsync(size + 2);
            if (size == 0) return (status, body.ToArray());
            body.Write(chunk, 0, size);
        }
    }

    private static string? Header(string head, string name)
    {
        var at = head.IndexOf($"\r\n{name}:", StringComparison.OrdinalIgnoreCase);
        if (at < 0) return null;
        var from = at + name.Length + 3;
        var to = head.IndexOf("\r\n", from, StringComparison.Ordinal);
        return head[from..(to < 0 ? head.Length : to)].Trim();
    }

    private async Task<byte[]> ReadExactlyAsync(int count)
    {
        while (_end - _start < count) await FillAsync();
        var bytes = _buffer.AsSpan(_start, count).ToArray();
        _start += count;
        return bytes;
    }

    private async Task FillAsync()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        var read = await _socket.ReceiveAsync(_buffer.AsMemory(_end));
        _end += read > 0 ? read : throw new IOException("The hub closed the connection.");
    }
}

using System.Text;

namespace Hub.Tests.Registry.Bulk;

/// <summary>A file of one character over and over after a beginning, which takes no memory itself.</summary>
internal sealed class EndlessFile(string begin, char filler, long length) : Stream
{
    private readonly byte[] _begin = Encoding.UTF8.GetBytes(begin);
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _begin.Length + length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        count = (int)Math.Min(count, Length - _position);
        for (var i = 0; i < count; i++, _position++) buffer[offset + i] = _position < _begin.Length ? _begin[_position] : (byte)filler;
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

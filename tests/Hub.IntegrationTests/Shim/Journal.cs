using System.Buffers.Binary;
using System.Text;

namespace Hub.IntegrationTests.Shim;

/// <summary>What <c>shim.c</c> wrote down: operations on a data folder, and answers, in the order in which they happened.</summary>
internal static class Journal
{
    private const int HeadBytes = 25;

    /// <summary>Reads a journal; a record that the end of the process cut short is none.</summary>
    internal static IReadOnlyList<Operation> Read(string file)
    {
        var octets = File.ReadAllBytes(file);
        List<Operation> operations = [];
        for (var at = 0; at + HeadBytes <= octets.Length;)
        {
            var head = octets.AsSpan(at, HeadBytes);
            var (first, second) = (BinaryPrimitives.ReadInt32LittleEndian(head[17..]), BinaryPrimitives.ReadInt32LittleEndian(head[21..]));
            var from = at + HeadBytes;
            if (from + first + second > octets.Length) break;
            operations.Add(new Operation(
                (OperationKind)head[0],
                BinaryPrimitives.ReadUInt64LittleEndian(head[1..]),
                BinaryPrimitives.ReadInt64LittleEndian(head[9..]),
                octets.AsMemory(from, first),
                octets.AsMemory(from + first, second),
                from + first + second));
            at = from + first + second;
        }

        return operations;
    }
}

/// <summary>The kinds of <c>shim.c</c>.</summary>
internal enum OperationKind : byte
{
    /// <summary>A file was opened; <see cref="Operation.Number"/> is 1 when that made it.</summary>
    Bind = 1,

    /// <summary>Octets were written at the offset <see cref="Operation.Number"/>.</summary>
    Write,

    /// <summary>The file has the length <see cref="Operation.Number"/> now.</summary>
    Size,

    /// <summary>A sync began; what was written later is not its business.</summary>
    Begin,

    /// <summary>The sync that began at the record <see cref="Operation.Number"/> is done.</summary>
    Sync,

    Rename,
    Unlink,
    Mkdir,
    Link,
    Rmdir,

    /// <summary>The hub answered; noted before the octets left.</summary>
    Answer,

    /// <summary>Something that the journal cannot follow: nothing may be concluded from it.</summary>
    Unseen,
}

/// <summary>One of them.</summary>
/// <param name="Kind">What was done.</param>
/// <param name="Inode">The file; 0 for folders.</param>
/// <param name="Number">See <see cref="OperationKind"/>.</param>
/// <param name="First">A path below the data folder, what was written, or what was answered.</param>
/// <param name="Second">The other path.</param>
/// <param name="End">Where the record ends in the journal.</param>
internal sealed record Operation(OperationKind Kind, ulong Inode, long Number, ReadOnlyMemory<byte> First, ReadOnlyMemory<byte> Second, long End)
{
    internal string Path => Encoding.UTF8.GetString(First.Span);

    internal string OtherPath => Encoding.UTF8.GetString(Second.Span);
}

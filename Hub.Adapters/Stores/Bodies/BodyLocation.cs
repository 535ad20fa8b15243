namespace Hub.Adapters.Stores.Bodies;

/// <summary>Where a body lies: its record begins at an offset of a segment and holds a number of octets.</summary>
/// <param name="Segment">Number of the segment, from 1.</param>
/// <param name="Offset">First byte of the record.</param>
/// <param name="Length">Octets of the body; the record is longer by <see cref="BodyRecord.Overhead"/>.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly record struct BodyLocation(int Segment, long Offset, int Length)
{
    /// <summary>First byte after the record.</summary>
    internal long End => Offset + Length + BodyRecord.Overhead;
}

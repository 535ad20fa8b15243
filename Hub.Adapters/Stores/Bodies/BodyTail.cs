namespace Hub.Adapters.Stores.Bodies;

/// <summary>What a crash left after the last body that the database refers to.</summary>
internal static class BodyTail
{
    /// <summary>Appended to the name of a segment that the database knows nothing of: put aside, never deleted, since the
    /// database that refers to it may yet be restored.</summary>
    internal const string AsideSuffix = ".aside";

    /// <summary>More than one grouped commit can leave: 512 MiB.</summary>
    internal const long MostUnreferenced = 512L << 20;

    /// <summary>Cuts everything after the last referenced body, and puts later segments aside; returns the bytes cut.</summary>
    /// <param name="folder">The segments.</param>
    /// <param name="last">The last referenced body, erased or not; null when the database refers to none.</param>
    /// <exception cref="InvalidDataException">The segments end before <paramref name="last"/> does, or there are full
    /// segments although the database refers to no body: database and bodies are not of one backup.</exception>
    internal static long Cut(SegmentFolder folder, BodyLocation? last)
    {
        var cut = 0L;
        var segments = folder.List();
        if (last is { } referenced && !segments.Contains(referenced.Segment))
            throw Mismatch(folder.FileOf(referenced.Segment), 0, referenced.End);
        if (last is null && segments.Count > 1)
            throw new InvalidDataException($"The database refers to no body, but '{folder.Path}' holds {segments.Count} segments. Restore the database that belongs to them, or move them away.");
        var tail = segments.Where(segment => segment >= (last?.Segment ?? 0))
            .Sum(segment => new FileInfo(folder.FileOf(segment)).Length - (segment == last?.Segment ? last.Value.End : 0));
        if (tail > MostUnreferenced)
            throw new InvalidDataException($"'{folder.Path}' has {tail} bytes of bodies that the database does not refer to; a crash leaves at most {MostUnreferenced}. An older database was restored: put back the one that belongs to these bodies.");
        foreach (var segment in segments)
        {
            var file = folder.FileOf(segment);
            var length = new FileInfo(file).Length;
            if (segment < last?.Segment) continue;
            if (segment > (last?.Segment ?? 0))
            {
                cut += length;
                File.Move(file, file + AsideSuffix, overwrite: true);
                continue;
            }

            if (length < last!.Value.End) throw Mismatch(file, length, last.Value.End);
            if (length == last.Value.End) continue;
            cut += length - last.Value.End;
            using var handle = folder.OpenWrite(segment);
            RandomAccess.SetLength(handle, last.Value.End);
            RandomAccess.FlushToDisk(handle);
        }

        return cut;
    }

    private static InvalidDataException Mismatch(string file, long length, long end) => new(
        $"'{file}' has {length} bytes, but the database refers to bodies up to byte {end}: bodies that were made durable are missing. Restore database and bodies from the same backup.");
}

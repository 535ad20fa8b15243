using Hub.Adapters.Stores.Uploads;
using Hub.Contracts.Problems;

namespace Hub.Adapters.Stores.Files;

/// <summary>The unfinished uploads that this process knows the state of, each under a gate of its own. Thread-safe.</summary>
internal sealed class UnfinishedUploads : IDisposable
{
    // Each holds an open file; more than these are read back from disk when they go on.
    private const int MostKept = 256;
    private readonly Dictionary<string, Upload> _uploads = new(StringComparer.Ordinal);

    /// <summary>How far an upload is, when it is known without reading its file.</summary>
    internal UploadProgress? Peek(UploadPlace place)
    {
        lock (_uploads) return _uploads.GetValueOrDefault(place.Part)?.Progress;
    }

    /// <summary>Waits until nobody else works on this upload; dispose to leave.</summary>
    internal async ValueTask<Visit> EnterAsync(UploadPlace place, CancellationToken cancellationToken)
    {
        Upload? upload;
        lock (_uploads)
        {
            if (!_uploads.TryGetValue(place.Part, out upload)) _uploads.Add(place.Part, upload = new Upload());
            upload.Visitors++;
        }

        try
        {
            await upload.Gate.WaitAsync(cancellationToken);
        }
        catch
        {
            Leave(place, upload);
            throw;
        }

        return new Visit(this, place, upload);
    }

    /// <summary>Refuses one more unfinished upload in a folder that holds its most; first removes those nobody touched for a day.</summary>
    /// <exception cref="ProblemException"><c>rate-limited</c>.</exception>
    internal void MakeRoom(string folder, int most, DateTime now)
    {
        var left = Directory.GetFiles(folder, "*" + UploadPlace.PartSuffix).Length;
        if (left >= most) left = DropAbandoned(folder, now);
        if (left >= most) throw UploadRules.TooManyUnfinished(left, most);
    }

    /// <summary>Removes those nobody touched for a day; returns how many are left.</summary>
    internal int DropAbandoned(string folder, DateTime now)
    {
        var parts = new DirectoryInfo(folder).GetFiles("*" + UploadPlace.PartSuffix);
        var left = parts.Length;
        lock (_uploads)
        {
            foreach (var part in parts)
            {
                if (now - part.LastWriteTimeUtc < UploadRules.Abandoned) continue;
                if (_uploads.TryGetValue(part.FullName, out var upload))
                {
                    if (upload.Visitors > 0) continue;
                    upload.Progress?.Dispose();
                    _uploads.Remove(part.FullName);
                }

                part.Delete();
                left--;
            }
        }

        return left;
    }

    public void Dispose()
    {
        lock (_uploads)
        {
            foreach (var upload in _uploads.Values) upload.Progress?.Dispose();
            _uploads.Clear();
        }
    }

    private void Leave(UploadPlace place, Upload upload)
    {
        lock (_uploads)
        {
            if (--upload.Visitors > 0) return;
            if (upload.Progress is not null && _uploads.Count <= MostKept) return;
            upload.Progress?.Dispose();
            upload.Progress = null;
            _uploads.Remove(place.Part);
        }
    }

    /// <summary>The right to work on one upload.</summary>
    internal sealed class Visit(UnfinishedUploads owner, UploadPlace place, Upload upload) : IDisposable
    {
        /// <summary>The upload's state, read back from its file if need be; null when there is no unfinished upload.</summary>
        internal UploadProgress? Load(ReadOnlySpan<byte> hubKey)
        {
            if (upload.Progress is null && UploadFile.Open(place.Part, hubKey, place.Name, FileAccess.ReadWrite) is { } file)
                upload.Progress = new UploadProgress(file);
            return upload.Progress;
        }

        /// <summary>Forgets the state; with <paramref name="delete"/> the file too.</summary>
        internal void Drop(bool delete)
        {
            upload.Progress?.Dispose();
            upload.Progress = null;
            if (delete) File.Delete(place.Part);
        }

        public void Dispose()
        {
            upload.Gate.Release();
            owner.Leave(place, upload);
        }
    }

    internal sealed class Upload
    {
        internal SemaphoreSlim Gate { get; } = new(1, 1);

        internal int Visitors { get; set; }

        internal UploadProgress? Progress { get; set; }
    }
}

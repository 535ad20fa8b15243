using System.Globalization;
using Hub.Adapters.Stores.Copying;

namespace Hub.Host.CommandLine.Stores;

/// <summary>Shows the progress of a copy on stderr: one line that changes for a person, a line every ten seconds for a log.</summary>
internal sealed class CopyProgressLine(TextWriter error)
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(10);
    private TimeSpan? _last;

    internal void Show(CopyProgress progress)
    {
        var terminal = !Console.IsErrorRedirected && error == Console.Error;
        if (!terminal && _last is { } last && progress.Elapsed - last < Between) return;
        _last = progress.Elapsed;
        error.Write(terminal ? "\r" + Text(progress).PadRight(100) : Text(progress) + "\n");
    }

    internal static string Text(CopyProgress progress) => string.Create(CultureInfo.InvariantCulture,
        $"{progress.What}: {progress.Rows:N0} of {progress.AllRows:N0} rows, {progress.Bytes / 1e6:N1} MB, {progress.Rate / 1e6:N1} MB/s{(progress.Left is { } left ? $", {left:hh\\:mm\\:ss} left" : "")}");
}

using Spectre.Console;

namespace Hub.Host.CommandLine;

/// <summary>Shows progress of long work on stderr, and only when a person looks at a terminal.</summary>
internal static class LongWork
{
    internal static Task<T> RunAsync<T>(string what, Func<Action<double>, Task<T>> work)
    {
        if (System.Console.IsErrorRedirected) return work(static _ => { });
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(System.Console.Error) });
        return console.Progress().AutoClear(true).StartAsync(context =>
        {
            var task = context.AddTask(Markup.Escape(what), maxValue: 1);
            return work(share => task.Value = share);
        });
    }
}

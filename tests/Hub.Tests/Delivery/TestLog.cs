using Microsoft.Extensions.Logging;

namespace Hub.Tests.Delivery;

/// <summary>Shows warnings and errors in the test's output.</summary>
internal sealed class TestLog<T> : ILogger<T>
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) TestContext.Out.WriteLine($"{logLevel} {typeof(T).Name}: {formatter(state, exception)} {exception}");
    }
}
